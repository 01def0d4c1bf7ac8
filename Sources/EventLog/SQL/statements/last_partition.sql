SELECT coalesce((SELECT past FROM log.partitions ORDER BY first DESC LIMIT 1), 0),
       coalesce((SELECT n.position + 1 FROM log.newest n ORDER BY n.position DESC LIMIT 1), 0)
