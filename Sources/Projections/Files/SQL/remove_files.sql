INSERT INTO removed_files (sha256, reason, since)
SELECT r.sha256, r.reason, to_timestamp(r.ms / 1000.0)
FROM unnest($1::bytea[], $2::text[], $3::bigint[]) AS r (sha256, reason, ms)
ON CONFLICT (sha256) DO NOTHING
