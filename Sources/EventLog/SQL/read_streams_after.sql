-- What several streams hold beyond the versions that the caller knows.
SELECT e.position, e.stream, e.version, e.type, e.recorded, e.entry
FROM unnest($1::text[], $2::bigint[]) AS known (stream, version)
CROSS JOIN LATERAL (
    SELECT s.position FROM log.streams s
    WHERE s.stream = known.stream AND s.version > known.version
    ORDER BY s.version
) AS later
JOIN log.events e ON e.position = later.position
ORDER BY e.position
