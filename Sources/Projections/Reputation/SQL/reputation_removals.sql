-- Why some files were removed.
SELECT r.sha256, r.reason FROM reputation_removals r WHERE r.sha256 = ANY ($1::text[])
