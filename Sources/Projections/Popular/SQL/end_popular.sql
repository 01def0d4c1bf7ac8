-- Notes how long a generation took to make, and drops those before it.
WITH made AS (
    UPDATE models.popular_generations g
    SET took_ms = (extract(epoch FROM clock_timestamp() - g.made) * 1000)::bigint
    WHERE g.generation = $1::integer
), old AS (
    DELETE FROM models.popular_generations g WHERE g.generation < $1::integer RETURNING g.generation
), lists AS (
    DELETE FROM models.popular_agents a USING old o WHERE a.generation = o.generation
)
DELETE FROM models.agent_groups g USING old o WHERE g.generation = o.generation
