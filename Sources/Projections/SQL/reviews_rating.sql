-- Reviews of an agent, the best rating first and of equal ones the last, from behind a rating and a position.
SELECT r.person, coalesce(p.name, ''), r.version, r.rating::integer, coalesce(r.title, ''), coalesce(r.body, ''), r.created, r.updated,
       r.position, coalesce(h.helpful, 0), coalesce(h.unhelpful, 0)
FROM models.reviews r
LEFT JOIN models.publishers p ON p.person = r.person
LEFT JOIN models.review_helpfulness h ON h.key = r.key AND h.author = r.person
WHERE r.key = $1 AND (r.rating < $2 OR r.rating = $2 AND r.position < $3)
ORDER BY r.rating DESC, r.position DESC
LIMIT $4
