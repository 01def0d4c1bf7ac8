-- What was said before the batch on these pairs. It leaves the counts; rows that stay are written anew.
WITH old AS (
    DELETE FROM reviews r
    USING unnest($1::text[], $2::text[]) AS p (key, person)
    WHERE r.key = p.key AND r.person = p.person
    RETURNING r.key, r.person, r.rating, r.created
), counted AS (
    UPDATE agent_counters a
    SET ones = a.ones - o.ones, twos = a.twos - o.twos, threes = a.threes - o.threes, fours = a.fours - o.fours,
        fives = a.fives - o.fives
    FROM (
        SELECT key, count(*) FILTER (WHERE rating = 1) AS ones, count(*) FILTER (WHERE rating = 2) AS twos,
               count(*) FILTER (WHERE rating = 3) AS threes, count(*) FILTER (WHERE rating = 4) AS fours,
               count(*) FILTER (WHERE rating = 5) AS fives
        FROM old GROUP BY key
    ) AS o
    WHERE a.key = o.key
)
SELECT key, person, created FROM old
