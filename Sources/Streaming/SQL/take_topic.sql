-- Takes a topic that nobody holds any more: its holder left, is this program, or was not seen for so many milliseconds. A time
-- in the future means that the server's clock was set back.
UPDATE relay.topics
SET epoch = epoch + 1, holder = $2, seen = clock_timestamp()
WHERE topic = $1
  AND (holder IN ('', $2) OR seen < clock_timestamp() - $3 * interval '1 millisecond'
       OR seen > clock_timestamp() + interval '1 second')
RETURNING epoch, next, last, ends
