-- Locks a lease that no upload holds against the append's look at it.
SELECT true FROM vault.artifact_leases WHERE sha256 = $1 AND uploads = 0 FOR UPDATE SKIP LOCKED
