-- Agents that match, the best rated first, from behind a rating and a key.
-- The limit of all that are looked at keeps to the index of the order: the planner can't tell how many match.
SELECT s.*, coalesce(u.name, '') AS username
FROM (
    SELECT c.key, -c.rated AS value
    FROM agent_counters c
    WHERE c.listed AND (-c.rated, c.key) > (-$17::bigint, $18::text)
    ORDER BY -c.rated, c.key
    LIMIT $16
) o
/* matches */
ORDER BY o.value, o.key
LIMIT $15
