-- The entries that say which entries projections skip. They are few, and in the log's own stream: its positions come first, so
-- that no plan goes through the log to look for the type.
SELECT e.position, e.stream, e.version, e.type, e.recorded, e.entry
FROM log.events e
WHERE e.position = ANY (ARRAY(
        SELECT s.position
        FROM log.identity i
        JOIN log.streams s ON s.id = encode(substring(sha256(convert_to('log/' || i.id, 'UTF8')) FOR 16), 'hex')::uuid))
  AND e.type = 'projection.skipped.v1'
ORDER BY e.position
