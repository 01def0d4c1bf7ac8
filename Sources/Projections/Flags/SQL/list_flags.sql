-- Targets of flags, the most flagged first, with the number for each reason. Flags that wait for the log are counted as well.
WITH flagged AS (
    SELECT f.kind, f.target, f.reason, f.count, f.last FROM flags f
    UNION ALL
    SELECT p.about, p.target, p.reason, 1, date_trunc('hour', p.raised) FROM vault.pending_flags p
), counted AS (
    SELECT f.kind, f.target, f.reason, sum(f.count)::bigint AS count, max(f.last) AS last
    FROM flagged f
    GROUP BY f.kind, f.target, f.reason
)
SELECT c.kind, c.target, sum(c.count)::bigint AS count, max(c.last) AS last,
       string_agg(c.reason || ' ' || c.count, ',' ORDER BY c.reason) AS reasons
FROM counted c
GROUP BY c.kind, c.target
ORDER BY 3 DESC, c.kind, c.target
LIMIT $1 OFFSET $2
