-- Entries from a position on; those of other slices without their bytes.
SELECT position, stream, version, type, recorded, CASE WHEN slice = ANY ($4) THEN entry END AS entry, slice::integer
FROM log.events
WHERE position >= $1 AND position < $2
ORDER BY position
LIMIT $3
