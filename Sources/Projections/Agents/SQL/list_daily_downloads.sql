-- How often an agent was downloaded, day by day from a day on and before another.
SELECT d.day::text AS name, d.downloads, d.readers
FROM daily_downloads d
WHERE d.key = $1 AND d.day >= date '1970-01-01' + $2::integer AND d.day < date '1970-01-01' + $3::integer
ORDER BY d.day
