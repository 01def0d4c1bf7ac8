-- The id that stands for a folded name: the one that is there, or the one proposed.
WITH made AS (
    INSERT INTO vault.usernames (name, id) VALUES ($1, $2)
    ON CONFLICT (name) DO NOTHING
    RETURNING id
)
SELECT id FROM made UNION ALL SELECT id FROM vault.usernames WHERE name = $1 LIMIT 1
