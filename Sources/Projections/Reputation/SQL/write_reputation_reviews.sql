INSERT INTO reputation_reviews (key, person, rating)
SELECT n.key, n.person, n.rating FROM unnest($1::text[], $2::text[], $3::integer[]) AS n (key, person, rating)
ON CONFLICT (key, person) DO UPDATE SET rating = excluded.rating
