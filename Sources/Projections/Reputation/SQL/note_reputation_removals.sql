INSERT INTO reputation_removals (sha256, reason)
SELECT n.sha256, n.reason FROM unnest($1::text[], $2::text[]) AS n (sha256, reason)
ON CONFLICT (sha256) DO UPDATE SET reason = excluded.reason
