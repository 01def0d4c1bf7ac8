-- A build that takes the place of another one is shared as that one was, and is at one position.
INSERT INTO models.shares (build, worker, slices, next)
SELECT $2, s.worker, s.slices, array_fill($3::bigint, ARRAY[cardinality(s.slices)])
FROM models.shares s
WHERE s.build = $1
