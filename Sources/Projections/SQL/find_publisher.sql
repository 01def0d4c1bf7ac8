-- Somebody by name, folded.
SELECT person, kind, created, coalesce(name, ''), coalesce(display_name, ''), coalesce(bio, ''), coalesce(website_url, ''), position
FROM models.publishers
WHERE folded = $1
LIMIT 1
