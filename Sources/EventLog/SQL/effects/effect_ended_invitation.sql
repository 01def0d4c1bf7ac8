-- check: an invitation is answered once, and within its time.
SELECT x.command, 'invitation-gone' AS reason
FROM effects AS x
WHERE NOT EXISTS (SELECT FROM vault.invitations i WHERE i.id = x.id AND i.expires > now())
-- do
DELETE FROM vault.invitations i USING effects AS x WHERE i.id = x.id
