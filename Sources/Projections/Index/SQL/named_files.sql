-- The files that versions name, in the order in which they were named, behind a position and a digest.
SELECT f.sha256, f.position FROM files f
WHERE (f.position, f.sha256) > ($1, $2)
ORDER BY f.position, f.sha256 LIMIT $3
