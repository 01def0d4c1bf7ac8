-- Listed agents of some keys in one of the orders of lists, from behind a place in it. What orders them is a number and the key:
-- 0 the last version, 1 the key alone, 2 stars, 3 readers, 4 the rating.
SELECT s.*, coalesce(u.name, '') AS username
FROM (
    SELECT m.key, m.value
    FROM (
        SELECT g.key,
               CASE $2::integer WHEN 0 THEN -g.updated_position WHEN 2 THEN -c.stars WHEN 3 THEN -c.readers WHEN 4 THEN -c.rated
                                ELSE 0 END AS value
        FROM unnest($1::text[]) k (key)
        JOIN agents g ON g.key = k.key
        JOIN agent_counters c ON c.key = k.key
        WHERE g.listed
    ) m
    WHERE (m.value, m.key) > ($3::bigint, $4::text)
    ORDER BY m.value, m.key
    LIMIT $5
) m
JOIN listed_agents s ON s.key = m.key
LEFT JOIN publishers u ON u.person = s.owner
ORDER BY m.value, m.key
