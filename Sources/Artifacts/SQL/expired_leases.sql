SELECT sha256 FROM vault.artifact_leases
WHERE leased < now() - make_interval(secs => $1 / 1000.0)
ORDER BY leased
LIMIT 1000
