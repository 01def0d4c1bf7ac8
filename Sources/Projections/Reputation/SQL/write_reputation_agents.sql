INSERT INTO reputation_agents (key, publisher, readers, open_wasm, is_held, is_listed, ratings, rating_sum)
SELECT n.key, n.publisher, n.readers, n.open_wasm, n.is_held, n.is_listed, n.ratings, n.rating_sum
FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::boolean[], $6::boolean[], $7::bigint[], $8::bigint[])
    AS n (key, publisher, readers, open_wasm, is_held, is_listed, ratings, rating_sum)
ON CONFLICT (key) DO UPDATE
SET publisher = excluded.publisher, readers = excluded.readers, open_wasm = excluded.open_wasm, is_held = excluded.is_held,
    is_listed = excluded.is_listed, ratings = excluded.ratings, rating_sum = excluded.rating_sum
