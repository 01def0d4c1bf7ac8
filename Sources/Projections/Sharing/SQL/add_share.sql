WITH share AS (
    INSERT INTO models.shares (build, worker, division, slices) VALUES ($1, $2, $3, $4)
)
INSERT INTO models.reached (build, worker, number, next) VALUES ($1, $2, 0, $5)
