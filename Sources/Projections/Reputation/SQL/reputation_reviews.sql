-- What some people say of an agent.
SELECT r.key, r.person, r.rating::bigint AS rating
FROM unnest($1::text[], $2::text[]) AS n (key, person)
JOIN reputation_reviews r ON r.key = n.key AND r.person = n.person
