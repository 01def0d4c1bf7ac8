-- Writes leaves of sets of readers.
INSERT INTO download_readers (key, day, domain, version, first, bits, readers)
SELECT n.key, date '1970-01-01' + n.day, n.domain::uuid, n.version, n.first, n.bits, n.readers
FROM unnest($1::text[], $2::integer[], $3::text[], $4::text[], $5::bytea[], $6::integer[], $7::bytea[])
    AS n (key, day, domain, version, first, bits, readers)
ON CONFLICT (key, day, domain, version, first) DO UPDATE SET bits = excluded.bits, readers = excluded.readers
