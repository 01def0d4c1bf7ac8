-- What some people say of some agents: whether there is a star, and the rating, which is 0 where there is none.
SELECT p.key, p.person, s.key IS NOT NULL AS is_starred, coalesce(r.rating, 0)::bigint AS rating
FROM unnest($1::text[], $2::text[]) AS p (key, person)
LEFT JOIN stars s ON s.key = p.key AND s.person = p.person
LEFT JOIN reviews r ON r.key = p.key AND r.person = p.person
