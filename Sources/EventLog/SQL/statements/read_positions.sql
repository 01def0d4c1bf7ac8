-- Entries from a position on.
SELECT position, stream, version, type, recorded, entry, slice::integer
FROM log.events
WHERE position >= $1 AND position < $2
ORDER BY position
LIMIT $3
