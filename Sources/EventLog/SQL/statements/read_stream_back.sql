-- Entries of one stream before a position, the last one first.
SELECT e.position, e.stream, e.version, e.type, e.recorded, e.entry
FROM log.streams s
JOIN log.events e ON e.position = s.position
WHERE s.id = $1 AND s.position < $2
ORDER BY s.version DESC
LIMIT $3
