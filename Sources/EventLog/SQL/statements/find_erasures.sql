-- Entries of one stream behind a position that erase contents of the entry of an id.
SELECT e.position, e.stream, e.version, e.type, e.recorded, e.entry
FROM log.streams s
JOIN log.events e ON e.position = s.position
WHERE s.id = $1 AND s.position > $2 AND e.type = 'content.erased.v1'
  AND convert_from(e.entry, 'UTF8')::jsonb #>> '{data,entry}' = $3
ORDER BY s.version
