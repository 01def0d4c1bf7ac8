UPDATE files f
SET is_noted = true
FROM unnest($1::bytea[], $2::text[], $3::bigint[]) AS n (sha256, key, position)
WHERE f.sha256 = n.sha256 AND f.key = n.key AND f.position < n.position
