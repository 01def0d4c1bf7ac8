WITH gone AS (DELETE FROM models.signs WHERE worker = $1)
DELETE FROM models.workers WHERE worker = $1
