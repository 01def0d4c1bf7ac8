-- What builds that are read, or will be, could not apply; those that stand still as a whole come first.
SELECT b.projection, f.build, f.key, f.position, f.reason, f.since, f.tried
FROM models.faults f
JOIN models.builds b ON b.build = f.build AND b.retired IS NULL AND b.purpose = 'serve'
ORDER BY f.key <> '', b.projection, f.build, f.key
LIMIT $1
