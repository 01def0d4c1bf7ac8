-- What was flagged, the most often first, with how often for each reason.
SELECT f.kind, f.target, sum(f.count)::bigint AS count, max(f.last) AS last,
       string_agg(f.reason || ' ' || f.count, ',' ORDER BY f.reason) AS reasons
FROM models.flags f
GROUP BY f.kind, f.target
ORDER BY 3 DESC, f.kind, f.target
LIMIT $1 OFFSET $2
