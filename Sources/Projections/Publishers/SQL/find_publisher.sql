-- Somebody by name, folded.
SELECT person, kind, created, coalesce(name, '') AS name, coalesce(display_name, '') AS display_name,
       coalesce(bio, '') AS bio, coalesce(website_url, '') AS website_url
FROM publishers
WHERE folded = $1
LIMIT 1
