-- Contents of some fields that were not erased, between two positions, in entries whose bytes contain a person's id as an
-- actor. The caller decodes the entry to be sure.
SELECT c.position, c.field, e.entry
FROM log.contents c
JOIN log.events e ON e.position = c.position
WHERE c.position >= $2 AND c.position < $3 AND c.field = ANY ($4)
  AND position(convert_to('"actor":"' || $1 || '"', 'UTF8') IN e.entry) > 0
ORDER BY c.position, c.field
LIMIT $5
