-- Entries of a type within a window of positions; there is no index on types, so the window is the bound.
SELECT position, stream, version, type, recorded, entry
FROM log.events
WHERE position >= $1 AND position < $2 AND type = $4
ORDER BY position
LIMIT $3
