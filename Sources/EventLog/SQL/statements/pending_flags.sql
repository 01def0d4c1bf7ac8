-- Flags that wait for the log, in an order that says nothing.
SELECT id, about, target, reason, words, raised FROM vault.pending_flags ORDER BY random() LIMIT $1
