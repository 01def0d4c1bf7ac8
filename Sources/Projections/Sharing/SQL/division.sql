-- For the active builds of some projections: who holds something of it, since which division, and who works on that projection
-- and gave a sign within so many milliseconds.
WITH present AS MATERIALIZED (
    SELECT w.worker, w.projections
    FROM models.workers w
    CROSS JOIN LATERAL (
        SELECT s.seen FROM models.signs s WHERE s.worker = w.worker ORDER BY s.worker DESC, s.number DESC LIMIT 1
    ) AS n
    WHERE n.seen BETWEEN clock_timestamp() - $3 * interval '1 millisecond' AND clock_timestamp() + interval '1 second'
)
SELECT a.projection, a.build, b.epoch,
       ARRAY(SELECT s.worker FROM models.shares s WHERE s.build = a.build ORDER BY s.worker) AS holders,
       ARRAY(SELECT p.worker FROM present p WHERE a.projection || ' ' || a.version = ANY (p.projections)
             ORDER BY p.worker) AS present,
       coalesce((SELECT max(s.division) FROM models.shares s WHERE s.build = a.build), 0) AS division
FROM unnest($1::text[], $2::integer[]) AS k (projection, version)
JOIN models.active a ON a.projection = k.projection AND a.version = k.version
JOIN models.builds b ON b.build = a.build
ORDER BY a.projection
