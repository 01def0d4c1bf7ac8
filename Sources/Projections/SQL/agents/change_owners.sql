-- The last word of the batch on each person's role, which is NULL where it was taken.
WITH changed AS (
    SELECT o.key, o.person, o.role, o.position
    FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) AS o (key, person, role, position)
), gone AS (
    DELETE FROM models.agent_owners o USING changed c WHERE o.key = c.key AND o.person = c.person AND c.role IS NULL
)
INSERT INTO models.agent_owners (key, person, role, position)
SELECT key, person, role, position FROM changed WHERE role IS NOT NULL
ON CONFLICT (key, person) DO UPDATE SET role = excluded.role, position = excluded.position
