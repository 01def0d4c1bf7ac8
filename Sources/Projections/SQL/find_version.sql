SELECT r.next, v.data, v.listing, v.published, v.position, v.precedence
FROM models.agents_reflected r
LEFT JOIN models.agent_versions v ON v.key = $1 AND v.precedence = $2
