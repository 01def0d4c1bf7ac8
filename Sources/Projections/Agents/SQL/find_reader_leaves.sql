-- The leaves of sets of readers: agent, day, domain and version.
SELECT s.place, l.first, l.bits::bigint AS bits
FROM unnest($1::text[], $2::integer[], $3::text[], $4::text[]) WITH ORDINALITY AS s (key, day, domain, version, place)
-- In order, so it stays a look-up of each set.
CROSS JOIN LATERAL (
    SELECT r.first, r.bits
    FROM download_readers r
    WHERE r.key = s.key AND r.day = date '1970-01-01' + s.day AND r.domain = s.domain::uuid AND r.version = s.version
    ORDER BY r.first
) l
