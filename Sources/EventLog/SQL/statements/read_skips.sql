-- The entries that say which entries projections skip. They are few, and in the log's own stream: its positions come first, so
-- that no plan goes through the log to look for the type. The stream's id is a value of its own, so that no plan joins the log's
-- one row with all streams.
SELECT e.position, e.stream, e.version, e.type, e.recorded, e.entry
FROM log.events e
WHERE e.position = ANY (ARRAY(
        SELECT s.position
        FROM log.streams s
        WHERE s.id = (
            SELECT encode(substring(sha256(convert_to('log/' || i.id, 'UTF8')) FOR 16), 'hex')::uuid FROM log.identity i
        )))
  AND e.type = 'projection.skipped.v1'
ORDER BY e.position
