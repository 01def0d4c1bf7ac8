-- The last word of the batch on each person's profile.
UPDATE publishers AS p
SET display_name = d.display_name, bio = d.bio, website_url = d.website_url, profile_entry = d.entry
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
    AS d (person, display_name, bio, website_url, entry)
WHERE p.person = d.person
