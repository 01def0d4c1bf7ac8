-- Reviews of an agent, the one that helped most first and of equal ones the last, from behind a count and a position.
SELECT r.person, coalesce(p.name, '') AS name, r.version, r.rating::integer AS rating, coalesce(r.title, '') AS title,
       coalesce(r.body, '') AS body, r.created, r.updated, r.position, r.helpful, r.unhelpful
FROM reviews r
LEFT JOIN publishers p ON p.person = r.person
WHERE r.key = $1 AND (r.helpful, r.position) < ($2::bigint, $3::bigint)
  AND ($4 = '' OR r.version = $4)
ORDER BY r.helpful DESC, r.position DESC
LIMIT $5
