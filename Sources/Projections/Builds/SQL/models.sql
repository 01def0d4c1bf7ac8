-- The builds that a program of these versions reads, and how far each is: of one moment. Where several workers share a build,
-- also how far each slice is.
SELECT a.projection, a.build, b.epoch, (SELECT p.position FROM models.positions p WHERE p.build = a.build) AS position,
       ARRAY(SELECT n.next
             FROM models.held h CROSS JOIN unnest(h.slices, h.next) AS n (slice, next)
             WHERE h.build = a.build
               AND EXISTS (SELECT FROM models.shares o WHERE o.build = a.build AND o.worker <> h.worker)
             ORDER BY n.slice) AS slices
FROM unnest($1::text[], $2::integer[]) AS k (projection, version)
JOIN models.active a ON a.projection = k.projection AND a.version = k.version
JOIN models.builds b ON b.build = a.build
ORDER BY a.projection
