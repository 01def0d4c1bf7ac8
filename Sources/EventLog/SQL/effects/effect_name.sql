-- check: the first holder of a skeleton stands for all that look alike.
SELECT x.command, 'name-moved' AS reason
FROM effects AS x
JOIN vault.names n ON n.space = x.space AND n.skeleton = x.skeleton
WHERE (n.rests IS NULL OR n.rests > now()) AND n.holder <> x.holder AND n.holder <> x.considered
-- do
DELETE FROM vault.names n
USING effects AS x
WHERE n.space = x.space AND n.skeleton = x.skeleton AND n.rests <= now()
-- do: a namespace that its bearer's user name looks like, or that an administrator let pass, stays when the bearer leaves.
INSERT INTO vault.names (space, skeleton, holder, name, namespace)
SELECT x.space, x.skeleton, x.holder, x.name, CASE WHEN x.holder LIKE 'namespace/%' THEN x.name END
FROM effects AS x
ON CONFLICT (space, skeleton) DO UPDATE SET
    namespace = coalesce(names.namespace, excluded.namespace), rests = NULL,
    holder = CASE names.holder WHEN '' THEN excluded.holder ELSE names.holder END,
    name = CASE names.holder WHEN '' THEN excluded.name ELSE names.name END
