-- Enters names in the order of the log: of those with one skeleton the first one is the holder.
INSERT INTO vault.names (space, skeleton, holder, name, namespace)
SELECT DISTINCT ON (n.space, n.skeleton)
    n.space, n.skeleton, n.holder, n.name, CASE WHEN n.space = 'owners' THEN n.name END
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS n (space, skeleton, holder, name, rank)
ORDER BY n.space, n.skeleton, n.rank
ON CONFLICT (space, skeleton) DO UPDATE SET
    namespace = coalesce(names.namespace, excluded.namespace), rests = NULL,
    holder = CASE names.holder WHEN '' THEN excluded.holder ELSE names.holder END,
    name = CASE names.holder WHEN '' THEN excluded.name ELSE names.name END
