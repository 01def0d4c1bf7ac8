CALL log_r1.attach_partition($1, $2, $3)
