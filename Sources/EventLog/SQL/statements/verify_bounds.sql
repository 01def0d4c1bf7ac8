-- The position past the newest entry, what appends take for that one, and the log's id.
SELECT coalesce((SELECT max(e.position) + 1 FROM log.events e), 0),
       coalesce((SELECT n.position + 1 FROM log.newest n ORDER BY n.position DESC LIMIT 1), 0),
       coalesce((SELECT i.id FROM log.identity i), '')
