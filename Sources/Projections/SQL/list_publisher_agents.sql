-- Listed agents that somebody owns or maintains, by key, from behind a key.
SELECT key, agent_id, username, latest_version, has_wasm, title, summary, shown_category, created, updated,
       updated_position, is_deprecated, stars, ratings, rating_sum, readers
FROM models.listed_agents
WHERE key > $2 AND key IN (SELECT o.key FROM models.agent_owners o WHERE o.person = $1)
ORDER BY key
LIMIT $3
