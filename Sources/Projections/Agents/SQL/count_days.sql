-- Adds downloads and readers of agents and days, each of which is named once: by day, by slice and day, and of an agent.
WITH new AS (
    SELECT n.key, date '1970-01-01' + n.day AS day, n.downloads, n.readers
    FROM unnest($1::text[], $2::integer[], $3::bigint[], $4::bigint[]) AS n (key, day, downloads, readers)
), by_day AS (
    INSERT INTO daily_downloads AS d (key, day, downloads, readers)
    SELECT key, day, downloads, readers FROM new
    ON CONFLICT (key, day) DO UPDATE SET downloads = d.downloads + excluded.downloads, readers = d.readers + excluded.readers
), by_slice AS (
    INSERT INTO slice_downloads AS s (slice, day, downloads, readers)
    SELECT (get_byte(sha256(convert_to(key, 'UTF8')), 3) & 63)::smallint, day, sum(downloads), sum(readers)
    FROM new
    GROUP BY 1, day
    ON CONFLICT (day, slice) DO UPDATE SET downloads = s.downloads + excluded.downloads, readers = s.readers + excluded.readers
)
UPDATE agent_counters c
SET downloads = c.downloads + n.downloads, readers = c.readers + n.readers
FROM (SELECT key, sum(downloads) AS downloads, sum(readers) AS readers FROM new GROUP BY key) AS n
WHERE c.key = n.key
