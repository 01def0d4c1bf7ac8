-- A second program that makes one at the same time fails here.
INSERT INTO models.search_generations (generation, day, position, agents)
SELECT coalesce(max(g.generation), 0) + 1, date '1970-01-01' + $1::integer, $2::bigint,
       (SELECT count(*) FROM agent_search)
FROM models.search_generations g
RETURNING generation::bigint AS generation, agents
