-- The id of the log; no row before it is opened for the first time.
SELECT id FROM log.identity
