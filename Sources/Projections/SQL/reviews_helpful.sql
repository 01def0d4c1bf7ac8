-- Reviews of an agent, the one that helped most first and of equal ones the last, from behind a count and a position.
SELECT r.person, coalesce(p.name, ''), r.version, r.rating::integer, coalesce(r.title, ''), coalesce(r.body, ''), r.created, r.updated,
       r.position, coalesce(h.helpful, 0), coalesce(h.unhelpful, 0)
FROM models.reviews r
LEFT JOIN models.publishers p ON p.person = r.person
LEFT JOIN models.review_helpfulness h ON h.key = r.key AND h.author = r.person
WHERE r.key = $1 AND (coalesce(h.helpful, 0) < $2 OR coalesce(h.helpful, 0) = $2 AND r.position < $3)
ORDER BY coalesce(h.helpful, 0) DESC, r.position DESC
LIMIT $4
