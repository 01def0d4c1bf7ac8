-- Adds downloads and readers of versions and days, each of which is named once.
INSERT INTO version_downloads AS v (key, version, day, downloads, readers)
SELECT n.key, n.version, date '1970-01-01' + n.day, n.downloads, n.readers
FROM unnest($1::text[], $2::text[], $3::integer[], $4::bigint[], $5::bigint[]) AS n (key, version, day, downloads, readers)
ON CONFLICT (key, day, version) DO UPDATE
SET downloads = v.downloads + excluded.downloads, readers = v.readers + excluded.readers
