SELECT coalesce(max(position), 0) AS position FROM models.cursors WHERE projection = $1
