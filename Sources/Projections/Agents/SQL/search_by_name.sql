-- Listed agents that match, by key, from behind a key.
SELECT s.*, coalesce(u.name, '') AS username
FROM agents a
JOIN listed_agents s ON s.key = a.key
LEFT JOIN publishers u ON u.person = s.owner
WHERE a.key > $1
  AND ($2::text IS NULL OR a.category = $2)
  AND ($3::text IS NULL OR a.words @@ (websearch_to_tsquery('english', $3) || websearch_to_tsquery('simple', $3)))
ORDER BY a.key
LIMIT $4
