-- Who likes an agent, the last one first, from before a position.
SELECT s.person, coalesce(p.name, '') AS name, s.given, s.position
FROM stars s
LEFT JOIN publishers p ON p.person = s.person
WHERE s.key = $1 AND s.position < $2
ORDER BY s.position DESC
LIMIT $3
