-- Agents in the order of their scores, looked for among so many of the best known. For searches without words.
WITH best AS (
    SELECT a.*, s.score
    FROM (
        SELECT t.key, t.score, t.place
        FROM models.search_scores t
        WHERE t.generation = $11::integer
        ORDER BY t.place
        LIMIT $18
    ) s
    JOIN LATERAL (
        SELECT a.*
        FROM agent_search a
        WHERE a.key = s.key
          AND ($17::text IS NULL OR a.tokens @@ (SELECT $17::text::tsquery))
          AND /* filters */
    ) a ON true
    ORDER BY s.place
    LIMIT $16
)
/* candidates */
