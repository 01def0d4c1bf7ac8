-- Words go with the entry that commits to them.
UPDATE publishers p
SET name = CASE WHEN p.name_entry = ANY ($1) THEN NULL ELSE p.name END,
    folded = CASE WHEN p.name_entry = ANY ($1) THEN NULL ELSE p.folded END,
    display_name = CASE WHEN p.profile_entry = ANY ($1) THEN NULL ELSE p.display_name END,
    bio = CASE WHEN p.profile_entry = ANY ($1) THEN NULL ELSE p.bio END,
    website_url = CASE WHEN p.profile_entry = ANY ($1) THEN NULL ELSE p.website_url END
WHERE p.name_entry = ANY ($1::text[]) OR p.profile_entry = ANY ($1::text[])
