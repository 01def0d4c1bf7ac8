DELETE FROM models.shares WHERE build = $1
