-- Where a build is, for a worker that has the turn, or a part of it: what that worker holds, or with no worker what all hold
-- together; and how far those slices are that others hold.
SELECT p.position, b.epoch,
       ARRAY(SELECT f.key FROM models.faults f WHERE f.build = b.build ORDER BY f.key) AS faults,
       ARRAY(SELECT f.position FROM models.faults f WHERE f.build = b.build ORDER BY f.key) AS fault_positions,
       ARRAY(SELECT n.slice FROM models.shares s CROSS JOIN unnest(s.slices) WITH ORDINALITY AS n (slice, place)
             WHERE s.build = b.build AND ($2::bigint IS NULL OR s.worker = $2) ORDER BY s.worker, n.place) AS slices,
       ARRAY(SELECT n.next FROM models.shares s CROSS JOIN unnest(s.next) WITH ORDINALITY AS n (next, place)
             WHERE s.build = b.build AND ($2::bigint IS NULL OR s.worker = $2) ORDER BY s.worker, n.place) AS next,
       (SELECT min(n.next) FROM models.shares s CROSS JOIN unnest(s.next) AS n (next)
        WHERE s.build = b.build AND s.worker <> $2) AS others,
       EXISTS (SELECT FROM models.active a
               WHERE a.projection = b.projection AND a.version = b.version AND a.build = b.build) AS is_active
FROM models.builds b
JOIN models.positions p ON p.build = b.build
WHERE b.build = $1 AND b.retired IS NULL
