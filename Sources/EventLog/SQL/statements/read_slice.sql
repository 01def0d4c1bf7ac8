-- Entries of a slice between two positions.
SELECT position, stream, version, type, recorded, entry, slice::integer
FROM log.events
WHERE position >= $1 AND position < $2 AND slice = $3
ORDER BY position
LIMIT $4
