-- Listed agents that somebody owns or maintains, by key, from behind a key.
SELECT s.*, coalesce(u.name, '') AS username
FROM agent_owners o
JOIN listed_agents s ON s.key = o.key
LEFT JOIN publishers u ON u.person = s.owner
WHERE o.person = $1 AND o.key > $2
ORDER BY o.key
LIMIT $3
