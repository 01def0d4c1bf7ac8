-- Listed agents that match, by key, from behind a key.
SELECT key, agent_id, username, latest_version, has_wasm, title, summary, shown_category, created, updated,
       updated_position, is_deprecated, stars, ratings, rating_sum, readers
FROM models.listed_agents
WHERE key > $1
  AND ($2::text IS NULL OR category = $2)
  AND ($3::text IS NULL OR words @@ (websearch_to_tsquery('english', $3) || websearch_to_tsquery('simple', $3)))
ORDER BY key
LIMIT $4
