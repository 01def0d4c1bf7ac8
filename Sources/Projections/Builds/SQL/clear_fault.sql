DELETE FROM models.faults WHERE build = $1 AND key = $2
