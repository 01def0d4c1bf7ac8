-- Listed agents, the one with the most stars first, from behind so many stars and a key.
SELECT s.*
FROM models.agent_counters c
JOIN models.listed_agents s ON s.key = c.key
WHERE c.listed AND (-c.stars, c.key) > (-$1::bigint, $2::text)
ORDER BY -c.stars, c.key
LIMIT $3
