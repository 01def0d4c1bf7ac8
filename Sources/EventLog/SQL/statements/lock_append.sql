-- The lock of the append, until the transaction ends.
SELECT pg_advisory_xact_lock(7306920370913280)
