-- Whether a build of these types has applied one of these entries before it was skipped.
SELECT e.position
FROM log.events e
WHERE e.position = ANY ($2::bigint[]) AND e.type = ANY ($3::text[])
  AND NOT EXISTS (SELECT FROM models.skipped s WHERE s.build = $1 AND s.position = e.position)
LIMIT 1
