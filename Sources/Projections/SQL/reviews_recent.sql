-- Reviews of an agent, the last one first, from before a position.
SELECT r.person, coalesce(p.name, ''), r.version, r.rating::integer, coalesce(r.title, ''), coalesce(r.body, ''), r.created, r.updated,
       r.position, coalesce(h.helpful, 0), coalesce(h.unhelpful, 0)
FROM models.reviews r
LEFT JOIN models.publishers p ON p.person = r.person
LEFT JOIN models.review_helpfulness h ON h.key = r.key AND h.author = r.person
WHERE r.key = $1 AND r.position < $2
ORDER BY r.position DESC
LIMIT $3
