-- Entries from a position on, as many as a bound of bytes takes, and one at least.
SELECT position, stream, version, type, recorded, entry, slice
FROM (
    SELECT e.*, sum(octet_length(e.entry)) OVER (ORDER BY e.position) AS total, row_number() OVER (ORDER BY e.position) AS number
    FROM (
        SELECT position, stream, version, type, recorded, entry, slice::integer AS slice
        FROM log.events
        WHERE position >= $1 AND position < $2
        ORDER BY position
        LIMIT $3
    ) e
) p
WHERE total <= $4 OR number = 1
ORDER BY position
