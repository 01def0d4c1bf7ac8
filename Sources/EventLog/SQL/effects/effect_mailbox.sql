-- do
INSERT INTO vault.mailboxes (person, address)
SELECT x.person, x.address FROM effects AS x
