-- check: a name whose id was forgotten since it was read gets another id.
SELECT x.command, 'name-forgotten' AS reason
FROM effects AS x
WHERE NOT EXISTS (SELECT FROM vault.usernames n WHERE n.id = x.username)
-- do
UPDATE vault.usernames n SET person = x.person
FROM effects AS x
WHERE n.id = x.username
