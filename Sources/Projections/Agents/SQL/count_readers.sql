-- Counts each reader of an agent, and of a version, once a day and domain, however often it is told. The inner SELECT sees
-- the readers of before.
WITH new AS (
    SELECT DISTINCT n.key, n.version, date '1970-01-01' + n.day AS day, n.domain::uuid AS domain, n.reader::uuid AS reader
    FROM unnest($1::text[], $2::text[], $3::integer[], $4::text[], $5::text[])
        AS n (key, version, day, domain, reader)
), fresh AS (
    INSERT INTO download_readers (key, day, domain, reader, version)
    SELECT key, day, domain, reader, version FROM new
    ON CONFLICT DO NOTHING
    RETURNING key, day, domain, reader, version
), first AS (
    SELECT DISTINCT f.key, f.day, f.domain, f.reader
    FROM fresh f
    WHERE NOT EXISTS (
        SELECT FROM download_readers p
        WHERE p.key = f.key AND p.day = f.day AND p.domain = f.domain AND p.reader = f.reader)
), by_version AS (
    INSERT INTO version_downloads AS v (key, version, day, downloads, readers)
    SELECT key, version, day, 0, count(*) FROM fresh GROUP BY key, version, day
    ON CONFLICT (key, day, version) DO UPDATE SET readers = v.readers + excluded.readers
), by_day AS (
    INSERT INTO daily_downloads AS d (key, day, downloads, readers)
    SELECT key, day, 0, count(*) FROM first GROUP BY key, day
    ON CONFLICT (key, day) DO UPDATE SET readers = d.readers + excluded.readers
), by_slice AS (
    INSERT INTO slice_downloads AS s (slice, day, downloads, readers)
    SELECT (get_byte(sha256(convert_to(key, 'UTF8')), 3) & 63)::smallint, day, 0, count(*) FROM first GROUP BY 1, day
    ON CONFLICT (day, slice) DO UPDATE SET readers = s.readers + excluded.readers
)
UPDATE agent_counters c
SET readers = c.readers + n.readers
FROM (SELECT key, count(*) AS readers FROM first GROUP BY key) AS n
WHERE c.key = n.key
