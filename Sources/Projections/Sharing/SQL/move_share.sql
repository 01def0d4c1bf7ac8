-- Moves what a worker holds of a build from where it was read, unless somebody else moved it or changed the build. Another
-- transaction of the same worker, such as one that waits for its commit on a connection that was lost, would insert
-- the same number. Only the row before goes, since a search for older ones would walk over all that a snapshot still holds.
WITH moved AS (
    INSERT INTO models.reached (build, worker, number, next)
    SELECT h.build, h.worker, h.number + 1, $3
    FROM models.held h
    JOIN models.builds b ON b.build = h.build
    WHERE h.build = $1 AND h.worker = $2 AND b.epoch = $4 AND h.number = $5
    ON CONFLICT (build, worker, number) DO NOTHING
    RETURNING build, worker, number
)
DELETE FROM models.reached r USING moved m
WHERE r.build = m.build AND r.worker = m.worker AND r.number = m.number - 1
