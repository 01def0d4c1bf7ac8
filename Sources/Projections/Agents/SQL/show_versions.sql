WITH shown AS (
    SELECT v.* FROM unnest(
        $1::text[], $2::bytea[], $3::text[], $4::boolean[], $5::boolean[], $6::text[], $7::text[], $8::text[],
        $9::boolean[])
        AS v (key, precedence, version, listed, has_wasm, title, summary, category, withheld)
), counted AS (
    UPDATE agent_counters AS c SET listed = s.listed FROM shown s WHERE c.key = s.key AND c.listed <> s.listed
)
UPDATE agents AS a
SET shown_precedence = s.precedence, latest_version = s.version, is_withheld = s.withheld, listed = s.listed, has_wasm = s.has_wasm,
    title = s.title, summary = s.summary, category = s.category
FROM shown s
WHERE a.key = s.key
