-- do
DELETE FROM vault.invitations i USING effects AS x WHERE i.invitee = x.person AND i.inviter = x.inviter
-- do
INSERT INTO vault.refused_inviters (person, inviter)
SELECT x.person, x.inviter
FROM effects AS x
ON CONFLICT (person, inviter) DO NOTHING
