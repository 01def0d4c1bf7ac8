-- Who owns and maintains an agent, the one for longest first.
SELECT o.person, coalesce(p.name, '') AS name, o.role
FROM agent_owners o
LEFT JOIN publishers p ON p.person = o.person
WHERE o.key = $1
ORDER BY o.position, o.person
