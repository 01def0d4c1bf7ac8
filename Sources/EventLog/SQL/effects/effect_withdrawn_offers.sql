-- do
DELETE FROM vault.invitations i USING effects AS x WHERE i.inviter_token = x.token
