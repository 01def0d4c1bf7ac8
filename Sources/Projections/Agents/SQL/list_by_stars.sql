-- Listed agents, the one with the most stars first, from behind so many stars and a key.
SELECT s.*, coalesce(u.name, '') AS username
FROM agent_counters c
JOIN listed_agents s ON s.key = c.key
LEFT JOIN publishers u ON u.person = s.owner
WHERE c.listed AND (-c.stars, c.key) > (-$1::bigint, $2::text)
ORDER BY -c.stars, c.key
LIMIT $3
