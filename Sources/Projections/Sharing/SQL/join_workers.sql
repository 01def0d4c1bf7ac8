INSERT INTO models.workers (program, projections) VALUES ($1, $2) RETURNING worker
