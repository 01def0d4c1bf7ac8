INSERT INTO agent_figures (key, position, stars, ones, twos, threes, fours, fives)
SELECT f.key, f.position, f.stars, f.ones, f.twos, f.threes, f.fours, f.fives
FROM unnest(
    $1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[])
    AS f (key, position, stars, ones, twos, threes, fours, fives)
