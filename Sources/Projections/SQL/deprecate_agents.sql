UPDATE models.agents AS a
SET is_deprecated = d.is_deprecated, replacement = d.replacement, deprecation_note = d.note
FROM unnest($1::text[], $2::boolean[], $3::text[], $4::bytea[]) AS d (key, is_deprecated, replacement, note)
WHERE a.key = d.key
