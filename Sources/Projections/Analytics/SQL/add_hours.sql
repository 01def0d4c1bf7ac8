INSERT INTO hourly_downloads AS h (hour, downloads)
SELECT n.hour, n.downloads FROM unnest($1::bigint[], $2::bigint[]) AS n (hour, downloads)
ON CONFLICT (hour) DO UPDATE SET downloads = h.downloads + excluded.downloads
