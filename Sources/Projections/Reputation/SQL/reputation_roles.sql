-- The roles on some agents.
SELECT r.key, r.person, r.role, r.position, r.is_registrar FROM reputation_roles r WHERE r.key = ANY ($1::text[])
