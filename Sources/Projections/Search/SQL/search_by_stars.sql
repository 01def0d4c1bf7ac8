-- Agents that match, the one with the most stars first, from behind so many stars and a key.
SELECT s.*, coalesce(u.name, '') AS username
FROM agent_search a
JOIN listed_agents s ON s.key = a.key
LEFT JOIN publishers u ON u.person = s.owner
WHERE (-s.stars, s.key) > (-$12::bigint, $13::text)
  AND ($11::text::tsquery IS NULL OR a.tokens @@ $11::text::tsquery)
  AND /* filters */
ORDER BY -s.stars, s.key
LIMIT $14
