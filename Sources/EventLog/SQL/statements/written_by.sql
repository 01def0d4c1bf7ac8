-- Contents of some fields that are still there, in entries that may be by somebody, between two positions. The bytes of an
-- entry hold the id of its actor, and may hold it for other reasons: the caller looks at the entry.
SELECT c.position, c.field, e.entry
FROM log.contents c
JOIN log.events e ON e.position = c.position
WHERE c.position >= $2 AND c.position < $3 AND c.field = ANY ($4)
  AND position(convert_to('"actor":"' || $1 || '"', 'UTF8') IN e.entry) > 0
ORDER BY c.position, c.field
LIMIT $5
