-- How often a version was downloaded, day by day, the last days of so many.
SELECT s.name, s.downloads, s.readers
FROM (
    SELECT d.day::text AS name, d.downloads, d.readers
    FROM version_downloads d
    WHERE d.key = $1 AND d.version = $2
    ORDER BY d.day DESC
    LIMIT $3
) AS s
ORDER BY s.name
