-- How many agents there are of what, by a generation.
SELECT g.value, g.agents
FROM models.agent_groups g
WHERE g.generation = $3::integer AND g.kind = $1
ORDER BY g.agents DESC, g.value
LIMIT $2
