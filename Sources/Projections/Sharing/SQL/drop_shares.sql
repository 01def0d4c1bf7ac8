WITH reached AS (DELETE FROM models.reached WHERE build = $1)
DELETE FROM models.shares WHERE build = $1
