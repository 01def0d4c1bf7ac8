-- Versions, the one that was published last first.
SELECT v.data, v.listing, v.author, v.record, v.published, v.position, coalesce(p.name, '') AS publisher
FROM agent_versions v
LEFT JOIN publishers p ON p.person = v.publisher
WHERE v.key = $1
ORDER BY v.position DESC
LIMIT $2
