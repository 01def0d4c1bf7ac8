-- For each build that is read: how many agents it parks, and where it stands still as a whole.
SELECT f.build, count(*) FILTER (WHERE f.key <> '') AS parked, min(f.position) FILTER (WHERE f.key = '') AS position
FROM models.faults f
JOIN models.active a ON a.build = f.build
GROUP BY f.build
