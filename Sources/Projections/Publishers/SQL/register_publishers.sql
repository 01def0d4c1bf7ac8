INSERT INTO publishers (person, kind, created)
SELECT r.person, r.kind, to_timestamp(r.ms / 1000.0)
FROM unnest($1::text[], $2::text[], $3::bigint[]) AS r (person, kind, ms)
