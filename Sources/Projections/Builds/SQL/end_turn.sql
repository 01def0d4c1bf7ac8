SELECT pg_advisory_unlock(1885564270, $1)
