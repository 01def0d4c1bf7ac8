-- do
DELETE FROM vault.held_files f
USING effects AS x
WHERE f.key = x.key AND f.precedence = x.precedence
