-- Listed agents, the one changed last first, from before a position.
SELECT key, agent_id, username, latest_version, has_wasm, title, summary, shown_category, created, updated,
       updated_position, is_deprecated, stars, ratings, rating_sum, readers
FROM models.listed_agents
WHERE updated_position < $1
ORDER BY updated_position DESC
LIMIT $2
