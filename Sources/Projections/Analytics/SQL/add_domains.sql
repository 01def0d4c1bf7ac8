INSERT INTO reader_domains (day, domain)
SELECT date '1970-01-01' + n.day, n.domain::uuid FROM unnest($1::integer[], $2::text[]) AS n (day, domain)
ON CONFLICT DO NOTHING
