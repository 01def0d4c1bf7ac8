-- Versions of some agents, the one that was published last first.
SELECT v.key, v.data, v.listing, v.author, v.record, v.published, v.position, coalesce(p.name, '') AS publisher
FROM unnest($1::text[]) AS k (key)
CROSS JOIN LATERAL (
    SELECT w.* FROM agent_versions w WHERE w.key = k.key ORDER BY w.position DESC LIMIT $2
) AS v
LEFT JOIN publishers p ON p.person = v.publisher
ORDER BY v.position DESC
LIMIT $2
