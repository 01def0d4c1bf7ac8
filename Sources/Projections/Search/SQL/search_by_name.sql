-- Agents that match, by key, from behind a key.
SELECT s.*, coalesce(u.name, '') AS username
FROM agent_search a
JOIN listed_agents s ON s.key = a.key
LEFT JOIN publishers u ON u.person = s.owner
WHERE a.key > $12
  AND ($11::text IS NULL OR a.tokens @@ (SELECT $11::text::tsquery) OR a.key = ANY ($14::text[])
       OR a.owner = ANY ($15::text[]))
  AND /* filters */
ORDER BY a.key
LIMIT $13
