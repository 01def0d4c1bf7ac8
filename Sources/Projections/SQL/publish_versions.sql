WITH new AS (
    SELECT v.key, v.precedence, v.is_release, v.data, v.listing, to_timestamp(v.ms / 1000.0) AS at, v.position
    FROM unnest($1::text[], $2::bytea[], $3::boolean[], $4::bytea[], $5::bytea[], $6::bigint[], $7::bigint[])
        AS v (key, precedence, is_release, data, listing, ms, position)
), inserted AS (
    INSERT INTO models.agent_versions (key, precedence, is_release, data, listing, published, position, changed_position)
    SELECT key, precedence, is_release, data, listing, at, position, position FROM new
)
UPDATE models.agents AS a
SET updated = last.at, updated_position = last.position
FROM (SELECT DISTINCT ON (key) key, at, position FROM new ORDER BY key, position DESC) AS last
WHERE a.key = last.key
