-- Where the index of streams and the entries below a position say different things.
SELECT coalesce(e.position, s.position), coalesce(e.stream, ''), coalesce(e.version, 0),
       coalesce(s.stream, ''), coalesce(s.version, 0)
FROM (SELECT position, stream, version FROM log.events WHERE version IS NOT NULL AND position < $1) AS e
FULL JOIN (SELECT position, stream, version FROM log.streams WHERE position < $1) AS s ON s.position = e.position
WHERE (e.stream, e.version) IS DISTINCT FROM (s.stream, s.version)
ORDER BY 1
LIMIT $2
