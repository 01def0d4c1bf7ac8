-- How often each version of an agent was downloaded, day by day from a day on and before another, behind a day and version.
SELECT d.day::text AS day, d.version, d.downloads, d.readers
FROM version_downloads d
WHERE d.key = $1 AND d.day >= date '1970-01-01' + $2::integer AND d.day < date '1970-01-01' + $3::integer
  AND (d.day, d.version) > (date '1970-01-01' + $4::integer, $5::text)
ORDER BY d.day, d.version
LIMIT $6
