-- Agents by their keys, or so many by their owners, the ones with the highest score first.
WITH best AS (
    SELECT h.*, coalesce(s.score, $12::integer) AS score
    FROM (
        SELECT a.*
        FROM agent_search a
        WHERE (a.key = ANY ($18::text[]) OR a.owner = ANY ($19::text[]))
          AND ($17::text::tsquery IS NULL OR a.tokens @@ $17::text::tsquery)
          AND /* filters */
        LIMIT $20
    ) h
    LEFT JOIN models.search_scores s ON s.generation = $11::integer AND s.key = h.key
    ORDER BY coalesce(s.score, $12::integer) DESC, h.key
    LIMIT $16
)
/* candidates */
