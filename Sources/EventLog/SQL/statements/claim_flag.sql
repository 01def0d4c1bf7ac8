-- The id that stands for a reporter and what they flag: the one that is there, or the one proposed.
WITH made AS (
    INSERT INTO vault.flags (reporter, target, id) VALUES ($1, $2, $3)
    ON CONFLICT (reporter, target) DO NOTHING
    RETURNING id
)
SELECT id FROM made UNION ALL SELECT id FROM vault.flags WHERE reporter = $1 AND target = $2 LIMIT 1
