-- do
DELETE FROM log.contents c
USING effects AS x
WHERE c.position = x.position AND c.field = x.field
