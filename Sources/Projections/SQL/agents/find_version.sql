SELECT data, listing, author, record, published, position
FROM models.agent_versions
WHERE key = $1 AND precedence = $2
