-- Which of these digests the sweep knows as named.
SELECT sha256 FROM vault.artifact_names WHERE sha256 = ANY ($1)
