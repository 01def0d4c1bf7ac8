-- Listed agents that somebody owns or maintains, by key, from behind a key.
SELECT s.*
FROM models.agent_owners o
JOIN models.listed_agents s ON s.key = o.key
WHERE o.person = $1 AND o.key > $2
ORDER BY o.key
LIMIT $3
