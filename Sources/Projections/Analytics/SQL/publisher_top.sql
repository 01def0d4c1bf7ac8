-- The listed agents of a publisher that have the most readers.
SELECT s.*, coalesce(u.name, '') AS username
FROM listed_agents s
LEFT JOIN publishers u ON u.person = s.owner
WHERE s.owner = $1
ORDER BY s.readers DESC, s.key
LIMIT $2
