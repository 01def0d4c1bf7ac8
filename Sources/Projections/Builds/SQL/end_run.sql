SELECT pg_advisory_unlock(1885564272, $1)
