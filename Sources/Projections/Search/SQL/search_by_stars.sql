-- Agents that match, the one with the most stars first, from behind so many stars and a key.
-- The limit of all that are looked at keeps to the index of the order: the planner can't tell how many match.
SELECT s.*, coalesce(u.name, '') AS username
FROM (
    SELECT c.key, -c.stars AS value
    FROM agent_counters c
    WHERE c.listed AND (-c.stars, c.key) > (-$17::bigint, $18::text)
    ORDER BY -c.stars, c.key
    LIMIT $16
) o
/* matches */
ORDER BY o.value, o.key
LIMIT $15
