-- What people have points for in one build and not, or with other points, in the other right before a position, of those
-- whose score is another.
WITH before AS (
    SELECT p.person, p.rule, p.key, p.detail, p.points FROM /* other */.reputation_points p
    WHERE p.since < $1 AND (p.until IS NULL OR p.until >= $1)
), after AS (
    SELECT p.person, p.rule, p.key, p.detail, p.points FROM /* own */.reputation_points p
    WHERE p.since < $1 AND (p.until IS NULL OR p.until >= $1)
), items AS (
    SELECT coalesce(b.person, a.person) AS person, coalesce(b.rule, a.rule) AS rule, coalesce(b.key, a.key) AS key,
           coalesce(b.detail, a.detail) AS detail, coalesce(b.points, 0)::bigint AS before, coalesce(a.points, 0)::bigint AS after
    FROM before b
    FULL JOIN after a ON a.person = b.person AND a.rule = b.rule AND a.key = b.key AND a.detail = b.detail
), scores AS (
    SELECT i.person, greatest(0, sum(i.before))::bigint AS score_before, greatest(0, sum(i.after))::bigint AS score_after
    FROM items i
    GROUP BY i.person
)
SELECT i.person, s.score_before, s.score_after, i.rule, i.key, i.detail, i.before, i.after
FROM items i
JOIN scores s ON s.person = i.person
WHERE s.score_before <> s.score_after AND i.before <> i.after
ORDER BY i.person, i.rule, i.key, i.detail
LIMIT $2
