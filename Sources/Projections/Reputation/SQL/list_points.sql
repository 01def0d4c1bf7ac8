-- What a person has points for now or right after a position ($2), behind a rule, agent and detail.
SELECT p.rule, p.key, p.detail, p.since, p.points::bigint AS points
FROM reputation_points p
WHERE p.person = $1 AND /* moment */ AND (p.rule, p.key, p.detail) > ($3::text, $4::text, $5::text)
ORDER BY p.rule, p.key, p.detail
LIMIT $6
