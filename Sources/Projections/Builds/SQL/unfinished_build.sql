SELECT b.build, b.purpose, b.definition, b.epoch
FROM models.builds b
WHERE b.projection = $1 AND b.version = $2 AND b.activated IS NULL AND b.retired IS NULL
