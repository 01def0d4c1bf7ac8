-- What a person has points for right after a position, behind a rule, agent and detail.
SELECT p.rule, p.key, p.detail, p.since, p.points::bigint AS points
FROM reputation_points p
WHERE p.person = $1 AND p.since <= $2 AND (p.until IS NULL OR p.until > $2)
  AND (p.rule, p.key, p.detail) > ($3::text, $4::text, $5::text)
ORDER BY p.rule, p.key, p.detail
LIMIT $6
