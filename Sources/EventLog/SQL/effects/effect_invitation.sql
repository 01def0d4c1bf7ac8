-- check: an inviter has at most 100 open invitations and an invitee at most 20. A refused inviter invites nobody who
-- refused them. An invitation that replaces an earlier one is counted once.
WITH offers AS MATERIALIZED (
    SELECT x.command, x.stream, x.inviter, x.invitee FROM effects AS x
)
SELECT o.command, 'inviter-refused' AS reason
FROM offers o
WHERE EXISTS (SELECT FROM vault.refused_inviters r WHERE r.person = o.invitee AND r.inviter = o.inviter)
UNION ALL
SELECT o.command, 'too-many-offers' AS reason
FROM offers o
WHERE (SELECT count(*) FROM vault.invitations i
       WHERE i.inviter = o.inviter AND i.expires > now()
         AND (i.invitee, i.stream) IS DISTINCT FROM (o.invitee, o.stream)) >= 100
UNION ALL
SELECT o.command, 'too-many-invitations' AS reason
FROM offers o
WHERE (SELECT count(*) FROM vault.invitations i
       WHERE i.invitee = o.invitee AND i.expires > now()
         AND (i.inviter, i.stream) IS DISTINCT FROM (o.inviter, o.stream)) >= 20
-- do
DELETE FROM vault.invitations i
USING effects AS x
WHERE i.inviter = x.inviter AND i.invitee = x.invitee AND i.stream = x.stream
-- do
INSERT INTO vault.invitations (id, stream, inviter, inviter_token, invitee, role)
SELECT x.id, x.stream, x.inviter, x.inviter_token, x.invitee, x.role
FROM effects AS x
