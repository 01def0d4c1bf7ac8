-- Decides again for some files whether they are served. Of several holds the shown reason is that of the earliest; a legal
-- reason comes before others.
WITH concerned AS MATERIALIZED (
    SELECT DISTINCT c.sha256 FROM unnest($1::bytea[]) AS c (sha256)
), standing AS MATERIALIZED (
    SELECT f.sha256, f.position, h.reason, h.since, f.held_from AS held
    FROM concerned c
    JOIN files f ON f.sha256 = c.sha256
    CROSS JOIN LATERAL (
        SELECT (array_agg(x.reason ORDER BY x.reason <> 'legal', x.position))[1] AS reason,
               min(x.since) AS since
        FROM file_holds x
        WHERE x.key = f.key AND x.precedence IN ('', f.precedence)
    ) AS h
), held AS (
    SELECT s.sha256, (array_agg(s.reason ORDER BY s.reason <> 'legal', s.held))[1] AS reason, min(s.since) AS since,
           min(s.held) AS held
    FROM standing s
    WHERE s.held IS NOT NULL
    GROUP BY s.sha256
), withheld AS (
    SELECT r.sha256, 'removed' AS kind, r.reason, r.since
    FROM removed_files r
    WHERE r.sha256 IN (SELECT c.sha256 FROM concerned c)
    UNION ALL
    SELECT h.sha256, 'quarantined' AS kind, h.reason, h.since
    FROM held h
    WHERE NOT EXISTS (SELECT FROM removed_files r WHERE r.sha256 = h.sha256)
      AND NOT EXISTS (
          SELECT FROM standing s WHERE s.sha256 = h.sha256 AND s.held IS NULL AND s.position < h.held)
), served AS (
    DELETE FROM withheld_files w
    USING concerned c
    WHERE w.sha256 = c.sha256 AND w.sha256 NOT IN (SELECT n.sha256 FROM withheld n)
)
INSERT INTO withheld_files (sha256, kind, reason, since)
SELECT sha256, kind, reason, since FROM withheld
ON CONFLICT (sha256) DO UPDATE SET kind = excluded.kind, reason = excluded.reason, since = excluded.since
