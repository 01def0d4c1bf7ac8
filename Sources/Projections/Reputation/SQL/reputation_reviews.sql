-- What some people say of an agent, and how many others it helps.
SELECT r.key, r.person, r.rating::bigint AS rating, r.helped
FROM unnest($1::text[], $2::text[]) AS n (key, person)
JOIN reputation_reviews r ON r.key = n.key AND r.person = n.person
