-- check: a line counts once, however often it is sent.
SELECT DISTINCT x.command, 'line-taken' AS reason
FROM effects AS x
WHERE EXISTS (SELECT FROM vault.download_lines t WHERE t.id = x.line)
-- do
INSERT INTO vault.download_lines (id) SELECT x.line FROM effects AS x
