-- A person's points by rule, right after a position.
SELECT p.rule, count(*) AS items, sum(p.points)::bigint AS points
FROM reputation_points p
WHERE p.person = $1 AND p.since <= $2 AND (p.until IS NULL OR p.until > $2)
GROUP BY p.rule
