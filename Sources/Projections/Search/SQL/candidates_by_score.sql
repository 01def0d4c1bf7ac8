-- Agents with some words, the ones with the highest score first, looked for among so many. For words that many have.
WITH best AS (
    SELECT a.*, s.score
    FROM (
        SELECT t.key, t.score, -t.score AS behind
        FROM models.search_scores t
        WHERE t.generation = $11::integer
        ORDER BY -t.score, t.key
        LIMIT $18
    ) s
    JOIN LATERAL (
        SELECT a.*
        FROM agent_search a
        WHERE a.key = s.key
          AND ($17::text::tsquery IS NULL OR a.tokens @@ $17::text::tsquery)
          AND /* filters */
    ) a ON true
    ORDER BY s.behind, s.key
    LIMIT $16
)
/* candidates */
