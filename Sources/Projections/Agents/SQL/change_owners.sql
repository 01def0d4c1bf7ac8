-- The last role of each person in the batch; NULL if it was removed. is_registrar is NULL if the batch does not change it.
WITH changed AS (
    SELECT o.key, o.person, o.role, o.position, o.is_registrar::boolean AS is_registrar
    FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[])
        AS o (key, person, role, position, is_registrar)
), gone AS (
    DELETE FROM agent_owners o USING changed c WHERE o.key = c.key AND o.person = c.person AND c.role IS NULL
)
INSERT INTO agent_owners AS o (key, person, role, position, is_registrar)
SELECT c.key, c.person, c.role, c.position, coalesce(c.is_registrar, k.is_registrar, false)
FROM changed c
LEFT JOIN agent_owners k ON k.key = c.key AND k.person = c.person
WHERE c.role IS NOT NULL
ON CONFLICT (key, person) DO UPDATE
SET role = excluded.role, position = excluded.position, is_registrar = excluded.is_registrar
