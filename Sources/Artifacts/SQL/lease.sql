-- Adds uploads to the leases of digests, as many as name each. In order, so that two that lease the same files do not wait for each
-- other crosswise.
INSERT INTO vault.artifact_leases (sha256, uploads)
SELECT u.sha256, count(*) FROM unnest($1::bytea[]) AS u (sha256) GROUP BY u.sha256 ORDER BY u.sha256
ON CONFLICT (sha256) DO UPDATE SET leased = now(), uploads = artifact_leases.uploads + excluded.uploads
