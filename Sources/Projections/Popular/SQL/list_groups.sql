-- How many agents there are of what, by the generation that is read.
SELECT g.value, g.agents
FROM models.agent_groups g
WHERE g.generation = (SELECT max(p.generation) FROM models.popular_generations p) AND g.kind = $1
ORDER BY g.agents DESC, g.value
LIMIT $2
