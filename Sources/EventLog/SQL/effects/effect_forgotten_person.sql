-- check: a person who leaves lays down every role, including one that they got after the decision.
SELECT x.command, 'roles-moved' AS reason
FROM effects AS x
WHERE (SELECT count(*) FROM vault.roles r WHERE r.person = x.person) <> x.roles
-- do
DELETE FROM vault.invitations i USING effects AS x WHERE i.inviter = x.person OR i.invitee = x.person
-- do
DELETE FROM vault.refused_inviters r USING effects AS x WHERE r.inviter = x.person OR r.person = x.person
-- do
DELETE FROM vault.mailboxes m USING effects AS x WHERE m.person = x.person
-- do: the name is erased, and what it looks like stays: with a namespace of the same look, for good where it was shown, else
-- for 180 days.
UPDATE vault.names n
SET holder = coalesce('namespace/' || n.namespace, ''), name = n.namespace,
    rests = CASE WHEN n.namespace IS NULL AND NOT n.is_shown THEN now() + interval '180 days' END
FROM effects AS x
WHERE n.holder = 'user/' || x.person
-- do
DELETE FROM vault.usernames n USING effects AS x WHERE n.person = x.person
-- do: the words of each flag are erased later, at a random time. This comes before the rows that lead to the flag are
-- deleted.
INSERT INTO vault.flag_erasures (flag, due)
SELECT f.id, now() + random() * interval '7 days'
FROM vault.flags f, effects AS x
WHERE f.reporter = x.person
ON CONFLICT (flag) DO NOTHING
-- do
UPDATE vault.pending_flags p SET words = NULL
FROM vault.flags f, effects AS x
WHERE f.reporter = x.person AND p.id = f.id
-- do
DELETE FROM vault.flags f USING effects AS x WHERE f.reporter = x.person
-- do: a credential that was issued since the decision goes as well, and the key that would issue another one.
DELETE FROM vault.idempotency_keys i
USING vault.tokens t, effects AS x
WHERE t.person = x.person AND i.id = t.key
-- do
DELETE FROM vault.tokens t USING effects AS x WHERE t.person = x.person
