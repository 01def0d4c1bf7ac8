DELETE FROM vault.artifact_leases WHERE sha256 = $1
