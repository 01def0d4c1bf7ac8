SELECT data, listing, published, position, precedence
FROM models.agent_versions
WHERE key = $1
ORDER BY is_release DESC, precedence DESC
LIMIT 1
