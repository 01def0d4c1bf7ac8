DELETE FROM models.folds WHERE build = $1
