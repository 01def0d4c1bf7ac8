-- What entries say of the versions that somebody published.
SELECT data FROM agent_versions WHERE publisher = $1 ORDER BY key, precedence LIMIT $2
