INSERT INTO models.publishers (person, kind, created, position)
SELECT r.person, r.kind, to_timestamp(r.ms / 1000.0), r.position
FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[]) AS r (person, kind, ms, position)
