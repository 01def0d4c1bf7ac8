-- Drops all generations but the last two.
WITH old AS (
    DELETE FROM models.popular_generations g WHERE g.generation < $1::integer - 1 RETURNING g.generation
), lists AS (
    DELETE FROM models.popular_agents a USING old o WHERE a.generation = o.generation
)
DELETE FROM models.agent_groups g USING old o WHERE g.generation = o.generation
