INSERT INTO reputation_readers (key, day, domain, reader)
SELECT n.key, n.day, n.domain::uuid, n.reader::uuid
FROM unnest($1::text[], $2::integer[], $3::text[], $4::text[]) AS n (key, day, domain, reader)
