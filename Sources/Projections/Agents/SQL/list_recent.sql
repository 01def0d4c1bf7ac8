-- Listed agents, the one whose last version is the newest first, from before a position.
SELECT s.*, coalesce(u.name, '') AS username
FROM listed_agents s
LEFT JOIN publishers u ON u.person = s.owner
WHERE s.updated_position < $1
ORDER BY s.updated_position DESC
LIMIT $2
