-- The position that the log had reached at a time: that before the first entry whose log time is later. Log time never goes
-- back, so the middle of what is left tells in which half that entry is.
WITH RECURSIVE part (low, high) AS (
    SELECT 0::bigint, coalesce((SELECT n.position + 1 FROM log.newest n ORDER BY n.position DESC LIMIT 1), 0)
    UNION ALL
    SELECT CASE WHEN e.recorded > $1 THEN p.low ELSE (p.low + p.high) / 2 + 1 END,
           CASE WHEN e.recorded > $1 THEN (p.low + p.high) / 2 ELSE p.high END
    FROM part p
    JOIN log.events e ON e.position = (p.low + p.high) / 2
    WHERE p.low < p.high
)
SELECT p.low - 1 FROM part p WHERE p.low = p.high
