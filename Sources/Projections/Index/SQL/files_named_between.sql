-- The files that versions name, between two digests.
SELECT DISTINCT f.sha256 FROM files f WHERE f.sha256 >= $1 AND f.sha256 < $2
