-- Adds readers of days, and of agents, that were counted in memory.
WITH new AS (
    SELECT n.key, date '1970-01-01' + n.day AS day, n.readers
    FROM unnest($1::text[], $2::integer[], $3::bigint[]) AS n (key, day, readers)
), by_day AS (
    INSERT INTO daily_downloads AS d (key, day, downloads, readers)
    SELECT key, day, 0, readers FROM new
    ON CONFLICT (key, day) DO UPDATE SET readers = d.readers + excluded.readers
), by_slice AS (
    INSERT INTO slice_downloads AS s (slice, day, downloads, readers)
    SELECT (get_byte(sha256(convert_to(key, 'UTF8')), 3) & 63)::smallint, day, 0, sum(readers) FROM new GROUP BY 1, day
    ON CONFLICT (day, slice) DO UPDATE SET readers = s.readers + excluded.readers
)
UPDATE agent_counters c
SET readers = c.readers + n.readers
FROM (SELECT key, sum(readers) AS readers FROM new GROUP BY key) AS n
WHERE c.key = n.key
