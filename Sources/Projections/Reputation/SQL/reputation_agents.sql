-- What the points of some agents follow from.
SELECT a.key, a.publisher, a.readers, a.open_wasm, a.is_held, a.is_listed, a.ratings, a.rating_sum
FROM reputation_agents a
WHERE a.key = ANY ($1::text[])
