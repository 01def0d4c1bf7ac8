-- Entries of a type, or of a slice, within a window of positions, as many as a bound of bytes takes, and one at least; there
-- is no index on either, so the window is a bound as well.
SELECT position, stream, version, type, recorded, entry
FROM (
    SELECT e.*, sum(octet_length(e.entry)) OVER (ORDER BY e.position) AS total, row_number() OVER (ORDER BY e.position) AS number
    FROM (
        SELECT position, stream, version, type, recorded, entry
        FROM log.events
        WHERE position >= $1 AND position < $2 AND (type = $4::text OR $4 IS NULL) AND (slice = $6::integer OR $6 IS NULL)
          AND (stream = $7::text OR $7 IS NULL)
        ORDER BY position
        LIMIT $3
    ) e
) p
WHERE total <= $5 OR number = 1
ORDER BY position
