DELETE FROM models.active WHERE build = $1
