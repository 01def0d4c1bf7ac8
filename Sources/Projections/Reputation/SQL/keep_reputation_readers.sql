INSERT INTO reputation_readers (key, day, domain, tokens)
SELECT n.key, n.day, n.domain, n.tokens
FROM unnest($1::text[], $2::integer[], $3::text[], $4::bytea[]) AS n (key, day, domain, tokens)
ON CONFLICT (key, day, domain) DO UPDATE SET tokens = excluded.tokens
