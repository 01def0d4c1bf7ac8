-- Listed agents that match, the one changed last first, from before a position.
SELECT s.*, coalesce(u.name, '') AS username
FROM agents a
JOIN listed_agents s ON s.key = a.key
LEFT JOIN publishers u ON u.person = s.owner
WHERE a.updated_position < $1
  AND ($2::text IS NULL OR a.category = $2)
  AND ($3::text IS NULL OR a.words @@ (websearch_to_tsquery('english', $3) || websearch_to_tsquery('simple', $3)))
ORDER BY a.updated_position DESC
LIMIT $4
