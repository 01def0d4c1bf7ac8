WITH gone AS (DELETE FROM models.cursors WHERE build = $1)
DELETE FROM models.builds WHERE build = $1
