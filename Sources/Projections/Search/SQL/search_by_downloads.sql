-- Agents that match, the one with the most readers first, from behind so many and a key.
-- The limit of all that are looked at keeps to the index of the order: the planner can't tell how many match.
SELECT s.*, coalesce(u.name, '') AS username
FROM (
    SELECT c.key, -c.readers AS value
    FROM agent_counters c
    WHERE c.listed AND (-c.readers, c.key) > (-$17::bigint, $18::text)
    ORDER BY -c.readers, c.key
    LIMIT $16
) o
/* matches */
ORDER BY o.value, o.key
LIMIT $15
