-- Listed agents by their keys.
SELECT s.*, coalesce(u.name, '') AS username
FROM listed_agents s
LEFT JOIN publishers u ON u.person = s.owner
WHERE s.key = ANY ($1::text[])
