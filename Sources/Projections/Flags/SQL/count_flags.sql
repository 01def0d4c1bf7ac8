INSERT INTO flags (kind, target, reason, count, last)
SELECT f.kind, f.target, f.reason, count(*), to_timestamp(max(f.ms) / 1000.0)
FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) AS f (kind, target, reason, ms)
GROUP BY f.kind, f.target, f.reason
ON CONFLICT (kind, target, reason) DO UPDATE
SET count = flags.count + excluded.count, last = greatest(flags.last, excluded.last)
