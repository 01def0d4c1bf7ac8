-- True, for the transaction, once nobody holds a build any more.
SELECT pg_try_advisory_xact_lock(1885564271, $1)
