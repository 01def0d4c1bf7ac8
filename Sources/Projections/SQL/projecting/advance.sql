WITH pruned AS (
    DELETE FROM models.cursors WHERE projection = $1 AND position < $2
)
INSERT INTO models.cursors (projection, position) VALUES ($1, $2)
