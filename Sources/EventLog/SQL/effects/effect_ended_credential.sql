-- do
UPDATE vault.tokens t SET ended = now() FROM effects AS x WHERE t.token = x.token AND t.ended IS NULL
