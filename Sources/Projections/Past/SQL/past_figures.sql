-- What was counted of an agent at a position, and the readers and downloads of the days that were over then.
SELECT coalesce(f.stars, 0) AS stars, coalesce(f.ones, 0) AS ones, coalesce(f.twos, 0) AS twos,
       coalesce(f.threes, 0) AS threes, coalesce(f.fours, 0) AS fours, coalesce(f.fives, 0) AS fives,
       d.downloads, d.readers
FROM (
    SELECT coalesce(sum(downloads), 0)::bigint AS downloads, coalesce(sum(readers), 0)::bigint AS readers
    FROM daily_downloads WHERE key = $1 AND day < date '1970-01-01' + $3::integer
) AS d
LEFT JOIN LATERAL (
    SELECT a.* FROM agent_figures a WHERE a.key = $1 AND a.position <= $2 ORDER BY a.position DESC LIMIT 1
) AS f ON true
