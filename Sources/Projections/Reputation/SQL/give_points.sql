INSERT INTO reputation_points (person, rule, key, detail, since, until, points)
SELECT n.person, n.rule, n.key, n.detail, n.since, n.until, n.points
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::integer[])
    AS n (person, rule, key, detail, since, until, points)
