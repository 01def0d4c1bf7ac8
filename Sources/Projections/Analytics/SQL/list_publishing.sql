-- What was published, day by day from a day on and before another.
SELECT p.day::text AS name, sum(p.versions)::bigint AS versions, sum(p.agents)::bigint AS agents,
       count(*) FILTER (WHERE p.person <> '') AS publishers
FROM publishing_days p
WHERE p.day >= date '1970-01-01' + $1::integer AND p.day < date '1970-01-01' + $2::integer
GROUP BY p.day
ORDER BY p.day
