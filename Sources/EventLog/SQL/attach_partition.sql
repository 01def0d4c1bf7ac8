SELECT true FROM log.attach_partition($1, $2)
