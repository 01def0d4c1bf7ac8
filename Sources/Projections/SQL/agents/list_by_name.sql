-- Listed agents by key, from behind a key.
SELECT * FROM models.listed_agents WHERE key > $1 ORDER BY key LIMIT $2
