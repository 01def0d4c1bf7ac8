-- Readers that were counted in memory and may be told again. What many of them share is named by number: agent and day,
-- domain, and version.
INSERT INTO download_readers (key, day, domain, reader, version)
SELECT g.key, date '1970-01-01' + g.day, d.domain::uuid, n.reader, v.version
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::uuid[]) AS n (place, domain, version, reader)
JOIN unnest($5::text[], $6::integer[]) WITH ORDINALITY AS g (key, day, number) ON g.number = n.place
JOIN unnest($7::text[]) WITH ORDINALITY AS d (domain, number) ON d.number = n.domain
JOIN unnest($8::text[]) WITH ORDINALITY AS v (version, number) ON v.number = n.version
