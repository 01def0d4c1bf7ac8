-- How many entries there are, the position past the newest, what appends take for that one, and the log's id.
SELECT count(*), coalesce(max(e.position) + 1, 0),
       coalesce((SELECT n.position + 1 FROM log.newest n ORDER BY n.position DESC LIMIT 1), 0),
       coalesce((SELECT i.id FROM log.identity i), '')
FROM log.events e
