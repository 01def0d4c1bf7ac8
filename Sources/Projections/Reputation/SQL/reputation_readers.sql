-- Which of some readers of agents are counted already.
SELECT r.key, r.day::bigint AS day, replace(r.domain::text, '-', '') AS domain, replace(r.reader::text, '-', '') AS reader
FROM unnest($1::text[], $2::integer[], $3::text[], $4::text[]) AS n (key, day, domain, reader)
JOIN reputation_readers r
    ON r.key = n.key AND r.day = n.day AND r.domain = n.domain::uuid AND r.reader = n.reader::uuid
