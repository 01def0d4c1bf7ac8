-- The last word of the batch on each person's name, which is NULL where it was released.
UPDATE publishers AS p
SET name = n.name, folded = n.folded, name_entry = n.entry
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS n (person, name, folded, entry)
WHERE p.person = n.person
