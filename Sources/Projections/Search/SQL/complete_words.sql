-- Words that begin with some letters, the most frequent first.
SELECT w.word
FROM models.search_words w
WHERE w.generation = $1::integer AND w.word >= $2::text AND w.word < $2::text || chr(1114111)
ORDER BY w.agents DESC, w.word
LIMIT $3
