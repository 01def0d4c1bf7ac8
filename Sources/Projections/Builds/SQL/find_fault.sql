-- What the build that programs of a version read could not apply at a position.
SELECT f.key
FROM models.faults f
JOIN models.active a ON a.build = f.build
WHERE a.projection = $1 AND a.version = $2 AND f.position = $3
ORDER BY f.key
LIMIT 1
