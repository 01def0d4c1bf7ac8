-- How many readers agents had from a day on and before another.
SELECT d.key, sum(d.readers)::bigint AS readers
FROM daily_downloads d
WHERE d.key = ANY ($1::text[]) AND d.day >= date '1970-01-01' + $2::integer AND d.day < date '1970-01-01' + $3::integer
GROUP BY d.key
