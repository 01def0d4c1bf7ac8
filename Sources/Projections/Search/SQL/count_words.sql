-- The words that many agents have, each with the places of those that have it, of so many of the best known ones.
INSERT INTO models.search_words (generation, word, agents, places)
WITH common AS MATERIALIZED (
    SELECT w.word COLLATE "C" AS word, w.ndoc
    FROM ts_stat('SELECT tokens FROM agent_search') w
    WHERE w.ndoc >= greatest(2, $2::bigint / 1000)
    ORDER BY w.ndoc DESC, w.word
    LIMIT 20000
), known AS (
    SELECT c.word, array_agg(s.place ORDER BY s.place) AS places
    FROM models.search_scores s
    JOIN agent_search a ON a.key = s.key
    CROSS JOIN LATERAL unnest(tsvector_to_array(a.tokens)) l (word)
    JOIN common c ON c.word = l.word COLLATE "C"
    WHERE s.generation = $1::integer AND s.place <= $3::bigint
    GROUP BY c.word
)
SELECT $1::integer, c.word, c.ndoc, coalesce(k.places, '{}')
FROM common c
LEFT JOIN known k ON k.word = c.word
