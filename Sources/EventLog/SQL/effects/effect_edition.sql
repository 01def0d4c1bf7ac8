-- check: a type that an older program would not know is written once no such program is left.
SELECT x.command, 'too-new' AS reason
FROM effects AS x
WHERE x.edition > (SELECT v.edition FROM log.vocabulary v)
