-- Moves the cursor of a build from one position to the next, unless somebody else moved it or changed the build.
WITH moved AS (
    INSERT INTO models.cursors (build, position)
    SELECT b.build, $3
    FROM models.builds b
    WHERE b.build = $1 AND b.epoch = $4
      AND (SELECT max(c.position) FROM models.cursors c WHERE c.build = $1) = $2
    RETURNING build
)
DELETE FROM models.cursors c USING moved m WHERE c.build = m.build AND c.position = $2
