SELECT b.build, b.purpose, b.definition, b.epoch,
       EXISTS (SELECT FROM models.faults f WHERE f.build = b.build) AS has_faults
FROM models.builds b
WHERE b.projection = $1 AND b.version = $2 AND b.activated IS NULL AND b.retired IS NULL
