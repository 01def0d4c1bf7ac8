-- The last figures of some agents; none for one that nobody has judged.
SELECT k.key, f.stars, f.ones, f.twos, f.threes, f.fours, f.fives
FROM unnest($1::text[]) AS k (key)
CROSS JOIN LATERAL (
    SELECT a.* FROM agent_figures a WHERE a.key = k.key ORDER BY a.position DESC LIMIT 1
) AS f
