-- Flags that wait for the log and were raised at or before a time, in random order.
SELECT id, about, target, reason, words, raised
FROM vault.pending_flags
WHERE raised <= to_timestamp($1 / 1000.0)
ORDER BY random()
LIMIT $2
