-- do
INSERT INTO vault.tokens (hash, token, person, name, key)
SELECT x.hash, x.token, x.person, x.name, x.issued_under
FROM effects AS x
