-- What is known of the servers that some agents are, before a batch.
SELECT s.key, s.precedence, s.version, s.status::bigint AS status, s.is_latest, v.record
FROM servers s
JOIN agent_versions v ON v.key = s.key AND v.precedence = s.precedence
WHERE s.key = ANY ($1)
