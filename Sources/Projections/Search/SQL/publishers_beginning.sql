-- Publishers whose names begin with some letters, and of whom search may show an agent.
SELECT p.name FROM publishers p
WHERE p.folded >= $1::text AND p.folded < $1::text || chr(1114111)
  AND EXISTS (SELECT FROM agent_search a WHERE a.owner = p.person)
ORDER BY p.folded
LIMIT $2
