-- do
INSERT INTO vault.tokens (hash, token, person, name, key, is_admin)
SELECT x.hash, x.token, x.person, x.name, x.issued_under, x.is_admin
FROM effects AS x
