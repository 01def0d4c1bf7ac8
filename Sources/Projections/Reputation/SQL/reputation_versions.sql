-- Some versions, by agent and precedence.
SELECT v.key, v.precedence, v.publisher, v.module, v.is_yanked_by_owner, v.is_yanked_otherwise, v.is_held
FROM unnest($1::text[], $2::bytea[]) AS n (key, precedence)
JOIN reputation_versions v ON v.key = n.key AND v.precedence = n.precedence
