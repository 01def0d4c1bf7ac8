SELECT coalesce(max(position), 0) FROM models.cursors WHERE projection = $1
