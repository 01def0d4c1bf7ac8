-- Listed agents, the best rated first, from behind a rating and a key.
SELECT s.*, coalesce(u.name, '') AS username
FROM agent_counters c
JOIN listed_agents s ON s.key = c.key
LEFT JOIN publishers u ON u.person = s.owner
WHERE c.listed AND (-c.rated, c.key) > (-$1::bigint, $2::text)
ORDER BY -c.rated, c.key
LIMIT $3
