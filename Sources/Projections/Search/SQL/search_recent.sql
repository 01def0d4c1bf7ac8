-- Agents that match, the one whose last version is the newest first, from before a position.
-- The limit of all that are looked at keeps to the index of the order: the planner can't tell how many match.
SELECT s.*, coalesce(u.name, '') AS username
FROM (
    SELECT g.key, g.updated_position
    FROM agents g
    WHERE g.listed AND g.updated_position < $17
    ORDER BY g.updated_position DESC
    LIMIT $16
) o
/* matches */
ORDER BY o.updated_position DESC
LIMIT $15
