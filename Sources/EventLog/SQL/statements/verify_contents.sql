-- Contents that belong to no entry.
SELECT c.position, c.field
FROM log.contents c
WHERE NOT EXISTS (SELECT FROM log.events e WHERE e.position = c.position)
ORDER BY c.position, c.field
LIMIT $1
