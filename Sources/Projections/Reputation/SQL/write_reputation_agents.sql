INSERT INTO reputation_agents (key, publisher, readers, open_wasm, ratings, rating_sum)
SELECT n.key, n.publisher, n.readers, n.open_wasm, n.ratings, n.rating_sum
FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
    AS n (key, publisher, readers, open_wasm, ratings, rating_sum)
ON CONFLICT (key) DO UPDATE
SET publisher = excluded.publisher, readers = excluded.readers, open_wasm = excluded.open_wasm,
    ratings = excluded.ratings, rating_sum = excluded.rating_sum
