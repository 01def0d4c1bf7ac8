-- A person's points by rule, now or right after a position ($2).
SELECT p.rule, count(*) AS items, sum(p.points)::bigint AS points
FROM reputation_points p
WHERE p.person = $1 AND /* moment */
GROUP BY p.rule
