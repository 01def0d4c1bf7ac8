WITH new AS (
    SELECT v.key, v.precedence, v.is_release, v.data, v.listing, to_timestamp(v.ms / 1000.0) AS at, v.position
    FROM unnest($1::text[], $2::bytea[], $3::boolean[], $4::bytea[], $5::bytea[], $6::bigint[], $7::bigint[])
        AS v (key, precedence, is_release, data, listing, ms, position)
), inserted AS (
    INSERT INTO models.agent_versions (key, precedence, is_release, data, listing, published, position)
    SELECT key, precedence, is_release, data, listing, at, position FROM new
), shown AS (
    SELECT DISTINCT ON (s.key) s.key, s.is_release, s.precedence
    FROM (
        SELECT key, is_release, precedence FROM new
        UNION ALL
        SELECT d.key, d.shown_is_release, d.shown_precedence
        FROM models.agent_details d
        WHERE d.key = ANY ($1) AND d.shown_precedence IS NOT NULL
    ) AS s
    ORDER BY s.key, s.is_release DESC, s.precedence DESC
)
UPDATE models.agent_details AS a
SET updated = last.at, changed_position = last.position,
    shown_is_release = shown.is_release, shown_precedence = shown.precedence
FROM (SELECT DISTINCT ON (key) key, at, position FROM new ORDER BY key, position DESC) AS last
JOIN shown USING (key)
WHERE a.key = last.key
