-- What the build parks that programs of the nearest earlier version read; no row where there is none.
SELECT a.build,
       ARRAY(SELECT f.key FROM models.faults f WHERE f.build = a.build AND f.key <> '' ORDER BY f.key) AS keys,
       ARRAY(SELECT f.position FROM models.faults f WHERE f.build = a.build AND f.key <> '' ORDER BY f.key) AS positions
FROM models.active a
WHERE a.projection = $1 AND a.version < $2
ORDER BY a.version DESC
LIMIT 1
