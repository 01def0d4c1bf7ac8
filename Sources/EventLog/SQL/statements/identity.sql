-- The id of the log: the one that is there, or the one proposed.
WITH made AS (
    INSERT INTO log.identity (id) VALUES ($1)
    ON CONFLICT (is_only) DO NOTHING
    RETURNING id
)
SELECT id FROM made UNION ALL SELECT id FROM log.identity LIMIT 1
