-- What a build of a version could not apply at a position; the one that is read comes before one that is being made.
SELECT f.key, a.build IS NOT NULL AS is_read
FROM models.builds b
JOIN models.faults f ON f.build = b.build AND f.position = $3
LEFT JOIN models.active a ON a.build = b.build
WHERE b.projection = $1 AND b.version = $2 AND b.purpose = 'serve' AND b.retired IS NULL
ORDER BY is_read DESC, f.key
LIMIT 1
