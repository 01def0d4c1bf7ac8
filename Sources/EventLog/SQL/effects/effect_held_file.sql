-- do
INSERT INTO vault.held_files (sha256, key, precedence)
SELECT x.sha256, x.key, x.precedence
FROM effects AS x
ON CONFLICT (sha256, key, precedence) DO NOTHING
