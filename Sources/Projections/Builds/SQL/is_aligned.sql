-- True where two builds are at the same position.
SELECT (SELECT position FROM models.positions WHERE build = $1) = (SELECT position FROM models.positions WHERE build = $2)
