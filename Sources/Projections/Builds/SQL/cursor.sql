SELECT max(position) AS position FROM models.cursors WHERE build = $1
