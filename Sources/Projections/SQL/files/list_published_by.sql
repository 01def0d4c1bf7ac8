-- What entries say of the versions that somebody published.
SELECT data FROM models.agent_versions WHERE publisher = $1 ORDER BY key, precedence LIMIT $2
