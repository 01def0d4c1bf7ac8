-- Listed agents that match, the one with the most stars first, from behind so many stars and a key.
SELECT key, agent_id, username, latest_version, has_wasm, title, summary, shown_category, created, updated,
       updated_position, is_deprecated, stars, ratings, rating_sum, readers
FROM models.listed_agents
WHERE (stars < $1 OR stars = $1 AND key > $2)
  AND ($3::text IS NULL OR category = $3)
  AND ($4::text IS NULL OR words @@ (websearch_to_tsquery('english', $4) || websearch_to_tsquery('simple', $4)))
ORDER BY stars DESC, key
LIMIT $5
