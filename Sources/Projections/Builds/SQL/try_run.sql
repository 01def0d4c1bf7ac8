-- True, for the session, where nobody else makes this build.
SELECT pg_try_advisory_lock(1885564272, $1)
