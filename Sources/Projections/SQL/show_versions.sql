UPDATE models.agents AS a
SET shown_standing = v.standing, shown_precedence = v.precedence, latest_version = v.version, listed = v.listed,
    has_wasm = v.has_wasm, title = v.title, summary = v.summary, description = v.description, category = v.category
FROM unnest(
    $1::text[], $2::integer[], $3::bytea[], $4::text[], $5::boolean[], $6::boolean[], $7::text[], $8::text[], $9::text[],
    $10::text[])
    AS v (key, standing, precedence, version, listed, has_wasm, title, summary, description, category)
WHERE a.key = v.key
