-- Which of these digests the sweep knows as named.
SELECT sha256 FROM log.named_artifacts WHERE sha256 = ANY ($1)
