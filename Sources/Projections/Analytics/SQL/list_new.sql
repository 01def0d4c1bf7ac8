-- Listed agents, the one that was registered last first.
SELECT s.*, coalesce(u.name, '') AS username
FROM agents n
JOIN listed_agents s ON s.key = n.key
LEFT JOIN publishers u ON u.person = s.owner
WHERE n.listed AND NOT n.is_quarantined
ORDER BY n.created DESC, n.key DESC
LIMIT $1
