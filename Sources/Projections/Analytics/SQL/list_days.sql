-- The downloads of all agents, day by day from a day on and before another.
SELECT s.day::text AS name, sum(s.downloads)::bigint AS downloads, sum(s.readers)::bigint AS readers,
       (SELECT count(*) > 1 FROM reader_domains d WHERE d.day = s.day) AS is_at_most
FROM slice_downloads s
WHERE s.day >= date '1970-01-01' + $1::integer AND s.day < date '1970-01-01' + $2::integer
GROUP BY s.day
ORDER BY s.day
