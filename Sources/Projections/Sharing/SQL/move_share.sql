-- Moves what a worker holds of a build, unless somebody changed the build.
UPDATE models.shares s SET next = $3, moved = clock_timestamp()
FROM models.builds b
WHERE s.build = $1 AND s.worker = $2 AND b.build = s.build AND b.epoch = $4
