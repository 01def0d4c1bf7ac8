-- Downloads by the day of the week, Monday first, and the hour, from a day on and before another. 1970 began on a Thursday.
SELECT (h.hour / 24 + 3) % 7 + 1 AS weekday, h.hour % 24 AS hour, sum(h.downloads)::bigint AS downloads
FROM hourly_downloads h
WHERE h.hour >= 24 * $1::bigint AND h.hour < 24 * $2::bigint
GROUP BY 1, 2
ORDER BY 1, 2
