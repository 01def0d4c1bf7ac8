INSERT INTO reputation_versions (key, precedence, publisher, module, is_yanked_by_owner, is_yanked_otherwise, is_held)
SELECT n.key, n.precedence, n.publisher, n.module, n.is_yanked_by_owner, n.is_yanked_otherwise, n.is_held
FROM unnest($1::text[], $2::bytea[], $3::text[], $4::text[], $5::boolean[], $6::boolean[], $7::boolean[])
    AS n (key, precedence, publisher, module, is_yanked_by_owner, is_yanked_otherwise, is_held)
ON CONFLICT (key, precedence) DO UPDATE
SET module = excluded.module, is_yanked_by_owner = excluded.is_yanked_by_owner,
    is_yanked_otherwise = excluded.is_yanked_otherwise, is_held = excluded.is_held
