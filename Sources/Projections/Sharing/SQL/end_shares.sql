-- Ends the sharing of a build of which all slices are at one position, where none of those who hold it gave a sign within so
-- many milliseconds.
WITH ended AS (
    DELETE FROM models.shares s
    WHERE s.build = $1
      AND NOT EXISTS (SELECT FROM models.signs n JOIN models.shares h ON h.worker = n.worker AND h.build = $1
                      WHERE n.seen BETWEEN clock_timestamp() - $3 * interval '1 millisecond'
                                       AND clock_timestamp() + interval '1 second')
    RETURNING s.build
), reached AS (
    DELETE FROM models.reached r WHERE r.build IN (SELECT e.build FROM ended e)
), begun AS (
    INSERT INTO models.cursors (build, position) SELECT DISTINCT e.build, $2::bigint FROM ended e
    ON CONFLICT (build, position) DO NOTHING
)
DELETE FROM models.cursors c WHERE c.build IN (SELECT e.build FROM ended e) AND c.position < $2
