-- Publishers whose names begin with some letters.
SELECT p.name FROM publishers p
WHERE p.folded >= $1::text AND p.folded < $1::text || chr(1114111)
ORDER BY p.folded
LIMIT $2
