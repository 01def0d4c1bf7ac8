-- Listed agents, the one with the most readers first, from behind so many and a key.
SELECT s.*
FROM models.agent_counters c
JOIN models.listed_agents s ON s.key = c.key
WHERE c.listed AND (-c.readers, c.key) > (-$1::bigint, $2::text)
ORDER BY -c.readers, c.key
LIMIT $3
