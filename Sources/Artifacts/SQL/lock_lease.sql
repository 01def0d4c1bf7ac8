-- Locks an expired lease against the append's look at it, and says whether an entry names the digest.
SELECT EXISTS (SELECT FROM vault.artifact_names n WHERE n.sha256 = l.sha256)
FROM vault.artifact_leases l
WHERE l.sha256 = $1 AND l.leased < now() - make_interval(secs => $2 / 1000.0)
FOR UPDATE SKIP LOCKED
