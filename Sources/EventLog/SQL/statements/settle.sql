CALL log_r1.settle($1, $2, NULL, NULL, NULL, NULL)
