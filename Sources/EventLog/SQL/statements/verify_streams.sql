-- Where the index of streams and the entries below a position say different things.
SELECT coalesce(e.position, s.position), coalesce(e.stream, ''), coalesce(e.version, 0),
       coalesce(s.id::text, ''), coalesce(s.version, 0)
FROM (
    SELECT position, stream, version, encode(substr(sha256(convert_to(stream, 'UTF8')), 1, 16), 'hex')::uuid AS id
    FROM log.events WHERE version IS NOT NULL AND position < $1
) AS e
FULL JOIN (SELECT position, id, version FROM log.streams WHERE position < $1) AS s ON s.position = e.position
WHERE (e.id, e.version) IS DISTINCT FROM (s.id, s.version)
ORDER BY 1
LIMIT $2
