-- do
DELETE FROM vault.pending_flags f USING effects AS x WHERE f.id = x.id
