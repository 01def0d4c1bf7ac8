-- Where a build is, for a worker that has the turn.
SELECT (SELECT max(c.position) FROM models.cursors c WHERE c.build = b.build) AS position, b.epoch,
       EXISTS (SELECT FROM models.active a
               WHERE a.projection = b.projection AND a.version = b.version AND a.build = b.build) AS is_active
FROM models.builds b
WHERE b.build = $1 AND b.retired IS NULL
