UPDATE models.agent_ratings a SET position = c.position
FROM unnest($1::text[], $2::bigint[]) AS c (key, position)
WHERE a.key = c.key
