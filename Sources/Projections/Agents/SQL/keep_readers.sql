-- Readers that were counted in memory and may be told again.
INSERT INTO download_readers (key, day, domain, reader, version)
SELECT n.key, date '1970-01-01' + n.day, n.domain::uuid, n.reader::uuid, n.version
FROM unnest($1::text[], $2::integer[], $3::text[], $4::text[], $5::text[]) AS n (key, day, domain, reader, version)
