-- Words of names that have a variant in common with a word, and how many agents have each, the most frequent first.
SELECT w.word, count(*) AS agents
FROM (SELECT s.words FROM agent_spellings s WHERE s.variants && $1::text[] LIMIT 500) s
CROSS JOIN LATERAL unnest(s.words) AS w (word)
WHERE abs(length(w.word) - $2::integer) <= 1
GROUP BY w.word
ORDER BY count(*) DESC, w.word
LIMIT 500
