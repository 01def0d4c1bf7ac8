-- For the active builds of some projections: who holds something of it, who works on that projection and was seen within so
-- many milliseconds, and who holds which slices. A time in the future means that the server's clock was set back.
SELECT a.projection, a.build, b.epoch,
       ARRAY(SELECT s.worker FROM models.shares s WHERE s.build = a.build ORDER BY s.worker) AS holders,
       ARRAY(SELECT w.worker FROM models.workers w
             WHERE a.projection || ' ' || a.version = ANY (w.projections)
               AND w.seen BETWEEN clock_timestamp() - $3 * interval '1 millisecond'
                              AND clock_timestamp() + interval '1 second'
             ORDER BY w.worker) AS present
FROM unnest($1::text[], $2::integer[]) AS k (projection, version)
JOIN models.active a ON a.projection = k.projection AND a.version = k.version
JOIN models.builds b ON b.build = a.build
ORDER BY a.projection
