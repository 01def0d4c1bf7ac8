-- A build that takes the place of another one is shared as that one was, and is at one position.
WITH shares AS (
    INSERT INTO models.shares (build, worker, division, slices)
    SELECT $2, s.worker, s.division, s.slices FROM models.shares s WHERE s.build = $1
)
INSERT INTO models.reached (build, worker, number, next)
SELECT $2, s.worker, 0, array_fill($3::bigint, ARRAY[cardinality(s.slices)]) FROM models.shares s WHERE s.build = $1
