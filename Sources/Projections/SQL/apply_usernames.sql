INSERT INTO models.usernames (person, name, position)
SELECT n.person, n.name, n.position FROM unnest($1::text[], $2::text[], $3::bigint[]) AS n (person, name, position)
ON CONFLICT (person) DO UPDATE SET name = excluded.name, position = excluded.position
