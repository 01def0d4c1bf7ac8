-- The last word of the batch on each person's name, which is NULL where it was released.
UPDATE models.publishers AS p
SET name = n.name, name_entry = n.entry, position = greatest(p.position, n.position)
FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) AS n (person, name, entry, position)
WHERE p.person = n.person
