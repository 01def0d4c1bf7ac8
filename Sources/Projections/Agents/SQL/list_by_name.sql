-- Listed agents by key, from behind a key.
SELECT s.*, coalesce(u.name, '') AS username
FROM listed_agents s
LEFT JOIN publishers u ON u.person = s.owner
WHERE s.key > $1
ORDER BY s.key
LIMIT $2
