DELETE FROM log.spools WHERE spool = $1
