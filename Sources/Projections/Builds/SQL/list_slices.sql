-- How far each slice of each build is that several programs share, and how long the entry has waited that it applies next; and where
-- the log is.
SELECT b.projection, b.build, n.slice, n.next, h.head,
       coalesce((SELECT (extract(epoch FROM clock_timestamp() - e.recorded) * 1000)::bigint
                 FROM log.events e WHERE e.position = n.next), 0) AS waited
FROM models.builds b
JOIN models.held d ON d.build = b.build
CROSS JOIN LATERAL unnest(d.slices, d.next) AS n (slice, next)
CROSS JOIN (
    SELECT coalesce((SELECT n.position + 1 FROM log.newest n ORDER BY n.position DESC LIMIT 1), 0) AS head
) AS h
WHERE b.retired IS NULL
ORDER BY b.projection, b.build, n.slice
