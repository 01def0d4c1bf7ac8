INSERT INTO reputation_reviews (key, person, rating, helped)
SELECT n.key, n.person, n.rating, n.helped
FROM unnest($1::text[], $2::text[], $3::integer[], $4::bigint[]) AS n (key, person, rating, helped)
ON CONFLICT (key, person) DO UPDATE SET rating = excluded.rating, helped = excluded.helped
