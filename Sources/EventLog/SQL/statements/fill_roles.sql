INSERT INTO vault.roles (person, stream)
SELECT r.person, r.stream FROM unnest($1::text[], $2::text[]) AS r (person, stream)
