-- Where a build is, for a worker that has the turn.
SELECT (SELECT max(c.position) FROM models.cursors c WHERE c.build = b.build) AS position, b.epoch,
       ARRAY(SELECT f.key FROM models.faults f WHERE f.build = b.build ORDER BY f.key) AS faults,
       ARRAY(SELECT f.position FROM models.faults f WHERE f.build = b.build ORDER BY f.key) AS fault_positions,
       EXISTS (SELECT FROM models.active a
               WHERE a.projection = b.projection AND a.version = b.version AND a.build = b.build) AS is_active
FROM models.builds b
WHERE b.build = $1 AND b.retired IS NULL
