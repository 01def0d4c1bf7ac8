-- A sign of a worker after its last one; none where it was forgotten, or where a database that was put back has given its number to
-- another one.
WITH sign AS (
    INSERT INTO models.signs (worker, number)
    SELECT w.worker, $3 + 1 FROM models.workers w WHERE w.worker = $1 AND w.program = $2
    ON CONFLICT (worker, number) DO NOTHING
    RETURNING worker
), pruned AS (
    DELETE FROM models.signs s USING sign n WHERE s.worker = n.worker AND s.number = $3
)
SELECT worker FROM sign
