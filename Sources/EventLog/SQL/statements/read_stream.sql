-- Entries of one stream from a position on, as many as a bound of bytes takes, and one at least.
SELECT position, stream, version, type, recorded, entry
FROM (
    SELECT e.*, sum(octet_length(e.entry)) OVER (ORDER BY e.version) AS total, row_number() OVER (ORDER BY e.version) AS number
    FROM (
        SELECT e.position, e.stream, e.version, e.type, e.recorded, e.entry
        FROM log.streams s
        JOIN log.events e ON e.position = s.position
        WHERE s.id = $1 AND s.position >= $2
        ORDER BY s.version
        LIMIT $3
    ) e
) p
WHERE total <= $4 OR number = 1
ORDER BY version
