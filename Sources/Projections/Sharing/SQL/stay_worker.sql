-- A sign of a worker; none where it was forgotten, or where a database that was put back has given its number to another one.
WITH sign AS (
    INSERT INTO models.signs (worker)
    SELECT w.worker FROM models.workers w WHERE w.worker = $1 AND w.program = $2
    RETURNING worker, seen
), pruned AS (
    DELETE FROM models.signs s USING sign n WHERE s.worker = n.worker AND s.seen <> n.seen
)
SELECT worker FROM sign
