-- Words go with the entry that commits to them.
WITH erased AS (
    SELECT e.entry, e.position FROM unnest($1::text[], $2::bigint[]) AS e (entry, position)
), names AS (
    UPDATE models.publishers p SET name = NULL, position = e.position FROM erased e WHERE p.name_entry = e.entry
)
UPDATE models.publishers p
SET display_name = NULL, bio = NULL, website_url = NULL, position = e.position
FROM erased e
WHERE p.profile_entry = e.entry
