DELETE FROM models.workers WHERE worker = $1
