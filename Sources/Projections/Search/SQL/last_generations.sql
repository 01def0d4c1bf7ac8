-- The last two generations, the newer one first.
SELECT g.generation::bigint AS generation, (g.day - date '1970-01-01')::bigint AS day, g.position, g.agents
FROM models.search_generations g
ORDER BY g.generation DESC
LIMIT 2
