-- The builds that a program of these versions reads, and how far each is: of one moment. Where several workers share a build and
-- its slices are not all equally far, also how far each slice is.
SELECT a.projection, a.build, b.epoch,
       coalesce(h.lowest, (SELECT max(c.position) FROM models.cursors c WHERE c.build = a.build)) AS position,
       CASE WHEN h.lowest < h.highest THEN h.next ELSE '{}' END AS slices
FROM unnest($1::text[], $2::integer[]) AS k (projection, version)
JOIN models.active a ON a.projection = k.projection AND a.version = k.version
JOIN models.builds b ON b.build = a.build
CROSS JOIN LATERAL (
    SELECT min(n.next) AS lowest, max(n.next) AS highest, array_agg(n.next ORDER BY n.slice) AS next
    FROM models.held d
    CROSS JOIN unnest(d.slices, d.next) AS n (slice, next)
    WHERE d.build = a.build
) AS h
ORDER BY a.projection
