-- do
DELETE FROM vault.artifact_names n USING effects AS x WHERE n.sha256 = x.sha256
