CALL log.attach_partition($1, $2)
