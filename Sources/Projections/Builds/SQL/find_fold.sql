SELECT build FROM models.folds WHERE build = $1
