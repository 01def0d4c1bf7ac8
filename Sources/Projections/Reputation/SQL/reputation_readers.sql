-- The readers of some agents, days and domains that are counted already.
SELECT r.key, r.day::bigint AS day, r.domain, r.tokens
FROM unnest($1::text[], $2::integer[], $3::text[]) AS n (key, day, domain)
JOIN reputation_readers r ON r.key = n.key AND r.day = n.day AND r.domain = n.domain
