-- In order, so that two uploads of the same files do not wait for each other crosswise.
INSERT INTO vault.artifact_leases (sha256)
SELECT DISTINCT u.sha256 FROM unnest($1::bytea[]) AS u (sha256) ORDER BY u.sha256
ON CONFLICT (sha256) DO UPDATE SET leased = now(), uploads = artifact_leases.uploads + 1
