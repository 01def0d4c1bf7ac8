-- Agents that match, the one with the most stars first, from behind so many stars and a key.
SELECT s.*, coalesce(u.name, '') AS username
FROM agent_counters c
JOIN agent_search a ON a.key = c.key
JOIN listed_agents s ON s.key = c.key
LEFT JOIN publishers u ON u.person = s.owner
WHERE c.listed AND (-c.stars, c.key) > (-$12::bigint, $13::text)
  AND ($11::text IS NULL OR a.tokens @@ (SELECT $11::text::tsquery) OR a.key = ANY ($15::text[])
       OR a.owner = ANY ($16::text[]))
  AND /* filters */
ORDER BY -c.stars, c.key
LIMIT $14
