-- The holder of a skeleton, with its name, and the namespace of that name where there is one.
SELECT holder, name, namespace FROM vault.names WHERE space = $1 AND skeleton = $2 AND (rests IS NULL OR rests > now())
