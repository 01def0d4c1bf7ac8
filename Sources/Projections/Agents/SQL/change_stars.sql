-- The last word of the batch on each pair. What was given before leaves the count, what is given now joins it.
WITH last AS (
    SELECT s.key, s.person, s.is_given, to_timestamp(s.ms / 1000.0) AS at, s.position
    FROM unnest($1::text[], $2::text[], $3::boolean[], $4::bigint[], $5::bigint[])
        AS s (key, person, is_given, ms, position)
), taken AS (
    DELETE FROM stars s USING last l WHERE s.key = l.key AND s.person = l.person AND NOT l.is_given
    RETURNING s.key
), given AS (
    INSERT INTO stars (key, person, given, position)
    SELECT key, person, at, position FROM last WHERE is_given
    ON CONFLICT (key, person) DO UPDATE SET given = excluded.given, position = excluded.position
    RETURNING key, xmax = 0 AS is_new
)
UPDATE agent_counters a
SET stars = a.stars + c.change
FROM (
    SELECT n.key, sum(n.change) AS change
    FROM (SELECT key, 1 AS change FROM given WHERE is_new UNION ALL SELECT key, -1 FROM taken) AS n
    GROUP BY n.key
) AS c
WHERE a.key = c.key AND c.change <> 0
