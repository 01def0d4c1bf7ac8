-- The last word of the batch on each person's role in a namespace, which is NULL where it was taken.
WITH changed AS (
    SELECT m.namespace, m.person, m.role
    FROM unnest($1::text[], $2::text[], $3::text[]) AS m (namespace, person, role)
), gone AS (
    DELETE FROM models.namespace_members n USING changed c
    WHERE n.namespace = c.namespace AND n.person = c.person AND c.role IS NULL
)
INSERT INTO models.namespace_members (namespace, person, role)
SELECT namespace, person, role FROM changed WHERE role IS NOT NULL
ON CONFLICT (namespace, person) DO UPDATE SET role = excluded.role
