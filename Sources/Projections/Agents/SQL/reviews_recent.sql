-- Reviews of an agent, the last one first, from before a position.
SELECT r.person, coalesce(p.name, '') AS name, r.version, r.rating::integer AS rating, coalesce(r.title, '') AS title,
       coalesce(r.body, '') AS body, r.created, r.updated, r.position, r.helpful, r.unhelpful
FROM reviews r
LEFT JOIN publishers p ON p.person = r.person
WHERE r.key = $1 AND r.position < $2
  AND ($3 = '' OR r.version = $3)
ORDER BY r.position DESC
LIMIT $4
