-- The cursor comes first where there is none yet, so that no build is without one.
WITH added AS (
    INSERT INTO models.builds (projection, version, purpose, definition, program)
    VALUES ($1, $2, $3, $4, $5)
    RETURNING build, epoch
), begun AS (
    INSERT INTO models.cursors (build, position) SELECT build, 0 FROM added
)
SELECT build, epoch FROM added
