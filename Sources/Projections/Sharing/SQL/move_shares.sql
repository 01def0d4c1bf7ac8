-- Moves every slice of a shared build that is before a position there, unless somebody changed the build.
WITH moved AS (
    INSERT INTO models.reached (build, worker, number, next)
    SELECT h.build, h.worker, h.number + 1,
           (SELECT array_agg(greatest(n.next, $2) ORDER BY n.place)
            FROM unnest(h.next) WITH ORDINALITY AS n (next, place))
    FROM models.held h
    JOIN models.builds b ON b.build = h.build
    WHERE h.build = $1 AND b.epoch = $3
    RETURNING build, worker, number
)
DELETE FROM models.reached r USING moved m
WHERE r.build = m.build AND r.worker = m.worker AND r.number = m.number - 1
