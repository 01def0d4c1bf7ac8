SELECT v.data, v.listing, v.author, v.record, v.published, v.position, coalesce(p.name, '') AS publisher
FROM models.agent_versions v
LEFT JOIN models.publishers p ON p.person = v.publisher
WHERE v.key = $1 AND v.precedence = $2
