INSERT INTO models.agent_ratings (key, position)
SELECT r.key, r.position FROM unnest($1::text[], $2::bigint[]) AS r (key, position)
