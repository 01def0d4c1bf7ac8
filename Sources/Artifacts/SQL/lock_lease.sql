-- Locks an expired lease against the append's look at it.
SELECT true
FROM vault.artifact_leases
WHERE sha256 = $1 AND leased < now() - make_interval(secs => $2 / 1000.0)
FOR UPDATE SKIP LOCKED
