-- The versions that name a file, in the order in which they were published.
SELECT key, version
FROM files
WHERE sha256 = $1
ORDER BY position, key
LIMIT $2
