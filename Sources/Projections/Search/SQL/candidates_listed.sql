-- Agents with some words, the ones with the highest score first, looked for among so many of the best known that have one of
-- some words. For words that many have. The order is that of the places all the way, so that it ends once there are enough.
WITH best AS (
    SELECT a.*, s.score
    FROM (
        SELECT p.place
        FROM models.search_words w
        CROSS JOIN LATERAL unnest(w.best) p (place)
        WHERE w.generation = $11::integer AND w.word = ANY ($18::text[])
        GROUP BY p.place
        ORDER BY p.place
        LIMIT $19
    ) l
    JOIN LATERAL (
        SELECT t.key, t.score
        FROM models.search_scores t
        WHERE t.generation = $11::integer AND t.place = l.place
    ) s ON true
    JOIN LATERAL (
        SELECT a.*
        FROM agent_search a
        WHERE a.key = s.key
          AND a.tokens @@ $17::text::tsquery
          AND /* filters */
    ) a ON true
    ORDER BY l.place
    LIMIT $16
)
/* candidates */
