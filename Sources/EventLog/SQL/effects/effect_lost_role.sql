-- do
DELETE FROM vault.roles r USING effects AS x WHERE r.person = x.person AND r.stream = x.stream
-- do: what was offered to somebody in a role ends with it.
DELETE FROM vault.invitations i USING effects AS x WHERE i.invitee = x.person AND i.stream = x.stream
