-- How often each version of an agent was downloaded from a day on and before another, the most often first.
SELECT d.version AS name, sum(d.downloads)::bigint AS downloads, sum(d.readers)::bigint AS readers
FROM version_downloads d
WHERE d.key = $1 AND d.day >= date '1970-01-01' + $2::integer AND d.day < date '1970-01-01' + $3::integer
GROUP BY d.version
ORDER BY 2 DESC, d.version
LIMIT $4
