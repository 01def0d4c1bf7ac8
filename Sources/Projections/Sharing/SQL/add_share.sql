INSERT INTO models.shares (build, worker, slices, next) VALUES ($1, $2, $3, $4)
