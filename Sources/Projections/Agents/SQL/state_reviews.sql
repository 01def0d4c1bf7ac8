WITH new AS (
    INSERT INTO reviews (
        key, person, version, rating, title, body, entry, created, updated, position, helpful, unhelpful)
    SELECT r.key, r.person, r.version, r.rating, r.title, r.body, r.entry, to_timestamp(r.created / 1000.0),
           to_timestamp(r.updated / 1000.0), r.position, v.helpful, v.unhelpful
    FROM unnest(
        $1::text[], $2::text[], $3::text[], $4::integer[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::bigint[],
        $10::bigint[])
        AS r (key, person, version, rating, title, body, entry, created, updated, position)
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE v.is_helpful) AS helpful, count(*) FILTER (WHERE NOT v.is_helpful) AS unhelpful
        FROM review_votes v WHERE v.key = r.key AND v.author = r.person
    ) AS v
    RETURNING key, rating
)
UPDATE agent_counters a
SET ones = a.ones + n.ones, twos = a.twos + n.twos, threes = a.threes + n.threes, fours = a.fours + n.fours,
    fives = a.fives + n.fives
FROM (
    SELECT key, count(*) FILTER (WHERE rating = 1) AS ones, count(*) FILTER (WHERE rating = 2) AS twos,
           count(*) FILTER (WHERE rating = 3) AS threes, count(*) FILTER (WHERE rating = 4) AS fours,
           count(*) FILTER (WHERE rating = 5) AS fives
    FROM new GROUP BY key
) AS n
WHERE a.key = n.key
