-- The roles on some agents ($1), all of them.
WITH n AS (
    SELECT n.key, n.person, n.role, n.position, n.is_registrar
    FROM unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::boolean[])
        AS n (key, person, role, position, is_registrar)
), gone AS (
    DELETE FROM reputation_roles r
    WHERE r.key = ANY ($1::text[]) AND NOT EXISTS (SELECT FROM n WHERE n.key = r.key AND n.person = r.person)
)
INSERT INTO reputation_roles (key, person, role, position, is_registrar)
SELECT n.key, n.person, n.role, n.position, n.is_registrar FROM n
ON CONFLICT (key, person) DO UPDATE
SET role = excluded.role, position = excluded.position, is_registrar = excluded.is_registrar
