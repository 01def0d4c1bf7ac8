-- Downloads of an agent by day, from a day on and before another: of the versions with the most of them apart, and of all others
-- together under an empty name.
WITH most AS (
    SELECT d.version
    FROM version_downloads d
    WHERE d.key = $1 AND d.day >= date '1970-01-01' + $2::integer AND d.day < date '1970-01-01' + $3::integer
    GROUP BY d.version
    ORDER BY sum(d.downloads) DESC, d.version
    LIMIT $4
)
SELECT d.day::text AS day, coalesce(m.version, '') AS version, sum(d.downloads)::bigint AS downloads,
       sum(d.readers)::bigint AS readers
FROM version_downloads d
LEFT JOIN most m ON m.version = d.version
WHERE d.key = $1 AND d.day >= date '1970-01-01' + $2::integer AND d.day < date '1970-01-01' + $3::integer
GROUP BY 1, 2
ORDER BY 1, 2
