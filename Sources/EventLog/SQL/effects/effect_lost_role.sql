-- do
DELETE FROM vault.roles r USING effects AS x WHERE r.person = x.person AND r.stream = x.stream
