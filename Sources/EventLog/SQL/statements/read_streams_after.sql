-- What several streams hold beyond the versions that the caller knows. The fields of $3 come with their contents, so that
-- both belong to one snapshot.
SELECT e.position, e.stream, e.version, e.type, e.recorded, e.entry, c.field, c.nonce, c.document
FROM unnest($1::uuid[], $2::bigint[]) AS known (id, version)
CROSS JOIN LATERAL (
    SELECT s.position FROM log.streams s
    WHERE s.id = known.id AND s.version > known.version
    ORDER BY s.version
) AS later
JOIN log.events e ON e.position = later.position
LEFT JOIN log.contents c ON c.position = e.position AND c.field = $3
ORDER BY e.position
