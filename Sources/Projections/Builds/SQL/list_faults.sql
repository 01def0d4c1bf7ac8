-- What active builds could not apply, and unfinished ones.
SELECT b.projection, f.build, f.key, f.position, f.reason, f.since, f.tried
FROM models.faults f
JOIN models.builds b ON b.build = f.build AND b.retired IS NULL
ORDER BY b.projection, f.build, f.key
LIMIT $1
