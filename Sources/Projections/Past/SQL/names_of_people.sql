-- The names of some people, where they have one now.
SELECT p.person, p.name FROM publishers p WHERE p.person = ANY ($1::text[]) AND p.name IS NOT NULL
