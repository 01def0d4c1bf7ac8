INSERT INTO models.search_words (generation, word, agents)
SELECT $1::integer, w.word, w.ndoc
FROM ts_stat('SELECT tokens FROM agent_search') w
WHERE w.ndoc >= greatest(2, $2::bigint / 1000)
ORDER BY w.ndoc DESC, w.word
LIMIT 20000
