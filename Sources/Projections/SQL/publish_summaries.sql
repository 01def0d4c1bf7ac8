-- The best version of the batch for each agent; it shows where it is at least as good as what is shown.
UPDATE models.agent_summaries AS a
SET updated = to_timestamp(v.ms / 1000.0),
    updated_position = v.position,
    rank = greatest(a.rank, v.rank),
    latest_version = CASE WHEN v.rank >= a.rank THEN v.version ELSE a.latest_version END,
    listed = CASE WHEN v.rank >= a.rank THEN v.listed ELSE a.listed END,
    has_wasm = CASE WHEN v.rank >= a.rank THEN v.has_wasm ELSE a.has_wasm END,
    title = CASE WHEN v.rank >= a.rank THEN v.title ELSE a.title END,
    summary = CASE WHEN v.rank >= a.rank THEN v.summary ELSE a.summary END,
    description = CASE WHEN v.rank >= a.rank THEN v.description ELSE a.description END,
    category = CASE WHEN v.rank >= a.rank THEN v.category ELSE a.category END
FROM unnest(
    $1::text[], $2::bytea[], $3::text[], $4::boolean[], $5::boolean[], $6::text[], $7::text[], $8::text[],
    $9::text[], $10::bigint[], $11::bigint[])
    AS v (key, rank, version, listed, has_wasm, title, summary, description, category, ms, position)
WHERE a.key = v.key
