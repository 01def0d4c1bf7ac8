-- Adds readers of versions that were counted in memory.
INSERT INTO version_downloads AS v (key, version, day, downloads, readers)
SELECT n.key, n.version, date '1970-01-01' + n.day, 0, n.readers
FROM unnest($1::text[], $2::text[], $3::integer[], $4::bigint[]) AS n (key, version, day, readers)
ON CONFLICT (key, day, version) DO UPDATE SET readers = v.readers + excluded.readers
