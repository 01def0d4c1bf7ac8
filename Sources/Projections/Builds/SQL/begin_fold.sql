INSERT INTO models.folds (build) VALUES ($1)
