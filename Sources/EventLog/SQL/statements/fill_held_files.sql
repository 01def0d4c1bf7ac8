INSERT INTO vault.held_files (sha256, key, precedence)
SELECT f.sha256, f.key, f.precedence FROM unnest($1::bytea[], $2::text[], $3::bytea[]) AS f (sha256, key, precedence)
