-- Where an agent's page last changed.
UPDATE models.agents AS a
SET changed_position = c.position
FROM unnest($1::text[], $2::bigint[]) AS c (key, position)
WHERE a.key = c.key
