-- True where two builds are at the same position.
SELECT (SELECT max(position) FROM models.cursors WHERE build = $1) = (SELECT max(position) FROM models.cursors WHERE build = $2)
