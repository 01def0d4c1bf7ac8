-- A worker that takes part, with its first sign.
WITH joined AS (
    INSERT INTO models.workers (program, projections) VALUES ($1, $2) RETURNING worker
)
INSERT INTO models.signs (worker, number) SELECT worker, 0 FROM joined RETURNING worker
