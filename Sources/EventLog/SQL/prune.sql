CALL log.prune()
