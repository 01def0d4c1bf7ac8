-- The versions that a batch speaks of: those named, and all of some agents.
SELECT v.key, v.precedence, v.data, v.listing, v.author, v.record, v.published, v.position, v.publisher
FROM unnest($1::text[], $2::bytea[]) AS n (key, precedence)
JOIN agent_versions v ON v.key = n.key AND v.precedence = n.precedence
UNION ALL
SELECT v.key, v.precedence, v.data, v.listing, v.author, v.record, v.published, v.position, v.publisher
FROM unnest($3::text[]) AS k (key)
JOIN agent_versions v ON v.key = k.key
