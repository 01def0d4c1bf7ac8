INSERT INTO vault.artifact_leases (sha256) VALUES ($1)
ON CONFLICT (sha256) DO UPDATE SET leased = now()
