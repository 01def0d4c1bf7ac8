CALL log_r1.prune($1, NULL)
