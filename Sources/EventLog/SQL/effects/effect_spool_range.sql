-- check: a range begins where the one before it ended.
SELECT x.command, 'spool-moved' AS reason
FROM effects AS x
WHERE x.start <> coalesce(
    (SELECT s.past FROM log.spools s WHERE s.spool = x.spool ORDER BY s.start DESC LIMIT 1), 0)
-- do
INSERT INTO log.spools (spool, start, past)
SELECT x.spool, x.start, x.past FROM effects AS x
