CALL log.settle($1, $2, NULL, NULL, NULL, NULL)
