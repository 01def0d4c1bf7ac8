-- Contents of some fields that are still there, in entries that may be by somebody, from a position on. The entry says
-- whether they are: its bytes hold the actor's id, which others can hold as well.
SELECT c.position, c.field, e.entry
FROM log.contents c
JOIN log.events e ON e.position = c.position
WHERE c.position >= $2 AND c.field = ANY ($3)
  AND position(convert_to('"actor":"' || $1 || '"', 'UTF8') IN e.entry) > 0
ORDER BY c.position, c.field
LIMIT $4
