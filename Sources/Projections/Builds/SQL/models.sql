-- The builds that a program of these versions reads, and how far each is: of one moment.
SELECT a.projection, a.build, b.epoch, (SELECT p.position FROM models.positions p WHERE p.build = a.build) AS position
FROM unnest($1::text[], $2::integer[]) AS k (projection, version)
JOIN models.active a ON a.projection = k.projection AND a.version = k.version
JOIN models.builds b ON b.build = a.build
ORDER BY a.projection
