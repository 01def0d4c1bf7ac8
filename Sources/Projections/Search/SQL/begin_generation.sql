-- Begins the generation behind the one that was last. Where another program has begun it since then, this fails.
INSERT INTO models.search_generations (generation, day, position, agents)
SELECT $1::integer, date '1970-01-01' + $2::integer, $3::bigint, (SELECT count(*) FROM agent_search)
RETURNING agents
