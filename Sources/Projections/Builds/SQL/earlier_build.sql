-- The build that programs of the nearest earlier version read.
SELECT a.build, b.epoch
FROM models.active a
JOIN models.builds b ON b.build = a.build
WHERE a.projection = $1 AND a.version < $2
ORDER BY a.version DESC
LIMIT 1
