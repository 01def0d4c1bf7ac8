-- do
INSERT INTO vault.roles (person, stream)
SELECT x.person, x.stream FROM effects AS x
ON CONFLICT (person, stream) DO NOTHING
