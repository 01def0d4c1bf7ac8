-- Listed agents that match, the one with the most readers first, from behind so many and a key.
SELECT s.*, coalesce(u.name, '') AS username
FROM agents a
JOIN listed_agents s ON s.key = a.key
LEFT JOIN publishers u ON u.person = s.owner
WHERE (-s.readers, s.key) > (-$1::bigint, $2::text)
  AND ($3::text IS NULL OR a.category = $3)
  AND ($4::text IS NULL OR a.words @@ (websearch_to_tsquery('english', $4) || websearch_to_tsquery('simple', $4)))
ORDER BY -s.readers, s.key
LIMIT $5
