-- What leaves of sets of readers hold.
SELECT s.place, l.readers
FROM unnest($1::text[], $2::integer[], $3::text[], $4::text[], $5::bytea[])
    WITH ORDINALITY AS s (key, day, domain, version, first, place)
CROSS JOIN LATERAL (
    SELECT r.readers
    FROM download_readers r
    WHERE r.key = s.key AND r.day = date '1970-01-01' + s.day AND r.domain = s.domain::uuid AND r.version = s.version
      AND r.first = s.first
    LIMIT 1
) l
