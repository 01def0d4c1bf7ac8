UPDATE log.spools SET forgotten = now() WHERE spool = $1
