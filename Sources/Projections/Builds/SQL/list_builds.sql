-- All builds of projections, with how far each is and since when; and where the log is.
SELECT b.projection, b.build, b.version, b.purpose, b.program, b.epoch, b.begun, b.activated,
       CASE WHEN b.retired IS NOT NULL THEN 'retired' WHEN a.build IS NOT NULL THEN 'active' ELSE 'building' END AS state,
       p.position, greatest(c.moved, s.moved) AS moved, t.beat, h.head, coalesce(s.workers, 0) AS workers,
       coalesce((SELECT (extract(epoch FROM clock_timestamp() - e.recorded) * 1000)::bigint
                 FROM log.events e WHERE e.position = p.position), 0) AS waited
FROM models.builds b
LEFT JOIN models.active a ON a.projection = b.projection AND a.version = b.version AND a.build = b.build
JOIN models.positions p ON p.build = b.build
LEFT JOIN models.beats t ON t.build = b.build
CROSS JOIN LATERAL (
    SELECT max(k.moved) AS moved FROM models.cursors k WHERE k.build = b.build
) AS c
CROSS JOIN LATERAL (
    SELECT max(k.moved) AS moved, count(*) AS workers FROM models.held k WHERE k.build = b.build
) AS s
CROSS JOIN (
    SELECT coalesce((SELECT n.position + 1 FROM log.newest n ORDER BY n.position DESC LIMIT 1), 0) AS head
) AS h
ORDER BY b.projection, b.build
