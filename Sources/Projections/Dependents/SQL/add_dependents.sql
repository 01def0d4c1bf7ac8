-- Of two that differ in the range alone the first one stands.
INSERT INTO dependents (target, key, precedence, range, is_peer)
SELECT d.target, d.key, d.precedence, d.range, d.is_peer
FROM unnest($1::text[], $2::text[], $3::bytea[], $4::text[], $5::boolean[]) AS d (target, key, precedence, range, is_peer)
ON CONFLICT (target, key, precedence, is_peer) DO NOTHING
