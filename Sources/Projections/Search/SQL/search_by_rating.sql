-- Agents that match, the best rated first, from behind a rating and a key.
SELECT s.*, coalesce(u.name, '') AS username
FROM agent_search a
JOIN listed_agents s ON s.key = a.key
LEFT JOIN publishers u ON u.person = s.owner
WHERE (-s.rated, s.key) > (-$12::bigint, $13::text)
  AND ($11::text::tsquery IS NULL OR a.tokens @@ $11::text::tsquery)
  AND /* filters */
ORDER BY -s.rated, s.key
LIMIT $14
