-- Listed agents by key, from behind a key.
SELECT key, agent_id, username, latest_version, has_wasm, title, summary, shown_category, created, updated,
       updated_position, is_deprecated, stars, ratings, rating_sum, readers
FROM models.listed_agents
WHERE key > $1
ORDER BY key
LIMIT $2
