-- The publishers of some names.
SELECT p.folded, p.person FROM publishers p WHERE p.folded = ANY ($1::text[])
