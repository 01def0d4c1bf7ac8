-- Which of these entries a build of these types did not leave out when it went past them.
SELECT e.position, e.stream
FROM log.events e
WHERE e.position = ANY ($2::bigint[]) AND e.type = ANY ($3::text[])
  AND NOT EXISTS (SELECT FROM models.skipped s WHERE s.build = $1 AND s.position = e.position)
