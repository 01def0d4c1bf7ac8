-- do
DELETE FROM vault.flag_erasures f USING effects AS x WHERE f.flag = x.id
