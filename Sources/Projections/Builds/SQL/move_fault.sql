-- What waited before a position is applied.
UPDATE models.faults SET position = $3 WHERE build = $1 AND key = $2
