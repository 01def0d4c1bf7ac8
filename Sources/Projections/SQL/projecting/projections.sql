SELECT p.projection, c.position, h.head,
       coalesce((SELECT (extract(epoch FROM clock_timestamp() - e.recorded) * 1000)::bigint
                 FROM log.events e WHERE e.position = c.position), 0) AS waited
FROM unnest($1::text[]) AS p (projection)
CROSS JOIN LATERAL (
    SELECT coalesce(max(k.position), 0) AS position FROM models.cursors k WHERE k.projection = p.projection
) AS c
CROSS JOIN (
    SELECT coalesce((SELECT n.position + 1 FROM log.newest n ORDER BY n.position DESC LIMIT 1), 0) AS head
) AS h
ORDER BY p.projection
