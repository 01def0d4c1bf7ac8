-- Where a build is, for a worker that has the turn, or a part of it: what that worker holds, or with no worker what all hold
-- together; and how far those slices are that others hold.
SELECT p.position, b.epoch,
       ARRAY(SELECT f.key FROM models.faults f WHERE f.build = b.build ORDER BY f.key) AS faults,
       ARRAY(SELECT f.position FROM models.faults f WHERE f.build = b.build ORDER BY f.key) AS fault_positions,
       h.slices, h.next, h.number, h.others,
       EXISTS (SELECT FROM models.active a
               WHERE a.projection = b.projection AND a.version = b.version AND a.build = b.build) AS is_active
FROM models.builds b
JOIN models.positions p ON p.build = b.build
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(n.slice ORDER BY k.worker, n.slice) FILTER (WHERE k.is_mine), '{}') AS slices,
           coalesce(array_agg(n.next ORDER BY k.worker, n.slice) FILTER (WHERE k.is_mine), '{}') AS next,
           coalesce(max(k.number) FILTER (WHERE k.is_mine), 0) AS number,
           min(n.next) FILTER (WHERE NOT k.is_mine) AS others
    FROM (
        SELECT d.*, $2::bigint IS NULL OR d.worker = $2 AS is_mine FROM models.held d WHERE d.build = b.build
    ) AS k
    CROSS JOIN LATERAL unnest(k.slices, k.next) AS n (slice, next)
) AS h
WHERE b.build = $1 AND b.retired IS NULL
