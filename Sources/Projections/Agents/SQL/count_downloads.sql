-- Adds up the downloads of a batch, by version and day, by day, by slice and day, and of an agent.
WITH new AS (
    SELECT n.key, n.version, date '1970-01-01' + n.day AS day, sum(n.downloads) AS downloads
    FROM unnest($1::text[], $2::text[], $3::integer[], $4::bigint[]) AS n (key, version, day, downloads)
    GROUP BY n.key, n.version, n.day
), by_version AS (
    INSERT INTO version_downloads AS v (key, version, day, downloads, readers)
    SELECT key, version, day, downloads, 0 FROM new
    ON CONFLICT (key, day, version) DO UPDATE SET downloads = v.downloads + excluded.downloads
), by_day AS (
    INSERT INTO daily_downloads AS d (key, day, downloads, readers)
    SELECT key, day, sum(downloads), 0 FROM new GROUP BY key, day
    ON CONFLICT (key, day) DO UPDATE SET downloads = d.downloads + excluded.downloads
), by_slice AS (
    INSERT INTO slice_downloads AS s (slice, day, downloads, readers)
    SELECT (get_byte(sha256(convert_to(key, 'UTF8')), 3) & 63)::smallint, day, sum(downloads), 0 FROM new GROUP BY 1, day
    ON CONFLICT (day, slice) DO UPDATE SET downloads = s.downloads + excluded.downloads
)
UPDATE agent_counters c
SET downloads = c.downloads + n.downloads
FROM (SELECT key, sum(downloads) AS downloads FROM new GROUP BY key) AS n
WHERE c.key = n.key
