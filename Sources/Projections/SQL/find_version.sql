SELECT data, listing, published, position, precedence
FROM models.agent_versions
WHERE key = $1 AND precedence = $2
