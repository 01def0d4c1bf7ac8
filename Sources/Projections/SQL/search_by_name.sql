-- Listed agents that match by key, from behind a key.
SELECT a.key, a.agent_id, coalesce(u.name, ''), coalesce(a.latest_version, ''), a.has_wasm, coalesce(a.title, ''),
       coalesce(a.summary, ''), coalesce(a.category, ''), a.created, a.updated, a.updated_position
FROM models.agent_summaries a
LEFT JOIN models.usernames u ON u.person = a.owner
WHERE a.listed
  AND a.key > $1
  AND ($2::text IS NULL OR a.category = $2)
  AND ($3::text IS NULL OR a.words @@ (websearch_to_tsquery('english', $3) || websearch_to_tsquery('simple', $3)))
ORDER BY a.key
LIMIT $4
