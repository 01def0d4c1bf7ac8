SELECT position FROM models.positions WHERE build = $1
