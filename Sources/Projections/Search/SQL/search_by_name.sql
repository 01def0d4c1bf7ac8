-- Agents that match, by key, from behind a key.
-- The limit of all that are looked at keeps to the index of the order: the planner can't tell how many match.
SELECT s.*, coalesce(u.name, '') AS username
FROM (
    SELECT g.key
    FROM agents g
    WHERE g.listed AND g.key > $17
    ORDER BY g.key
    LIMIT $16
) o
/* matches */
ORDER BY o.key
LIMIT $15
