-- Counts a batch: each download, and each reader of an agent and of a version once a day. A download that comes too late
-- for its day's readers to be known is counted, but no reader for it. The inner SELECTs see the readers of before.
WITH new AS (
    SELECT n.key, n.version, date '1970-01-01' + n.day AS day, n.reader::uuid AS reader, n.is_timely, n.position
    FROM unnest($1::text[], $2::text[], $3::integer[], $4::text[], $5::boolean[], $6::bigint[])
        AS n (key, version, day, reader, is_timely, position)
), fresh AS (
    INSERT INTO models.download_readers (key, day, reader, version)
    SELECT DISTINCT key, day, reader, version FROM new WHERE is_timely
    ON CONFLICT DO NOTHING
    RETURNING key, day, reader, version
), first AS (
    SELECT DISTINCT f.key, f.day, f.reader
    FROM fresh f
    WHERE NOT EXISTS (
        SELECT FROM models.download_readers p WHERE p.key = f.key AND p.day = f.day AND p.reader = f.reader)
), by_version AS (
    INSERT INTO models.version_downloads AS v (key, version, day, downloads, readers)
    SELECT key, version, day, n.downloads, coalesce(f.readers, 0)
    FROM (SELECT key, version, day, count(*) AS downloads FROM new GROUP BY key, version, day) AS n
    LEFT JOIN (SELECT key, version, day, count(*) AS readers FROM fresh GROUP BY key, version, day) AS f
    USING (key, version, day)
    ON CONFLICT (key, day, version) DO UPDATE
    SET downloads = v.downloads + excluded.downloads, readers = v.readers + excluded.readers
), by_day AS (
    INSERT INTO models.daily_downloads AS d (key, day, downloads, readers)
    SELECT key, day, n.downloads, coalesce(f.readers, 0)
    FROM (SELECT key, day, count(*) AS downloads FROM new GROUP BY key, day) AS n
    LEFT JOIN (SELECT key, day, count(*) AS readers FROM first GROUP BY key, day) AS f USING (key, day)
    ON CONFLICT (key, day) DO UPDATE
    SET downloads = d.downloads + excluded.downloads, readers = d.readers + excluded.readers
)
INSERT INTO models.agent_downloads AS a (key, downloads, readers, position)
SELECT key, n.downloads, coalesce(f.readers, 0), n.position
FROM (SELECT key, count(*) AS downloads, max(position) AS position FROM new GROUP BY key) AS n
LEFT JOIN (SELECT key, count(*) AS readers FROM first GROUP BY key) AS f USING (key)
ON CONFLICT (key) DO UPDATE
SET downloads = a.downloads + excluded.downloads, readers = a.readers + excluded.readers, position = excluded.position
