-- The words that many agents have, each with the best known of these agents in the order of their scores: a thousand at most,
-- looked for among so many of all agents as have two thousand with the word, if it stood as often among each.
INSERT INTO models.search_words (generation, word, agents, best)
WITH common AS MATERIALIZED (
    SELECT w.word COLLATE "C" AS word, w.ndoc
    FROM ts_stat('SELECT tokens FROM agent_search') w
    WHERE w.ndoc >= greatest(2, $2::bigint / 1000)
    ORDER BY w.ndoc DESC, w.word
    LIMIT 20000
), best AS (
    SELECT c.word, (array_agg(s.place ORDER BY s.place))[1:1000] AS places
    FROM models.search_scores s
    JOIN agent_search a ON a.key = s.key
    CROSS JOIN LATERAL unnest(tsvector_to_array(a.tokens)) l (word)
    JOIN common c ON c.word = l.word COLLATE "C"
    WHERE s.generation = $1::integer AND s.place::bigint * c.ndoc <= 2000 * $2::bigint
    GROUP BY c.word
)
SELECT $1::integer, c.word, c.ndoc, coalesce(b.places, '{}')
FROM common c
LEFT JOIN best b ON b.word = c.word
