-- How far a spool has been taken.
SELECT coalesce((SELECT s.past FROM log.spools s WHERE s.spool = $1 ORDER BY s.start DESC LIMIT 1), 0)
