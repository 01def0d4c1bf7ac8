-- The holder of a skeleton, with its name.
SELECT holder, name FROM vault.names WHERE space = $1 AND skeleton = $2 AND (rests IS NULL OR rests > now())
