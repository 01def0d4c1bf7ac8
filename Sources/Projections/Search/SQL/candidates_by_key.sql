-- Agents by their keys, or by their owners, the ones with the highest score first.
WITH best AS (
    SELECT a.*, coalesce(s.score, $12::integer) AS score
    FROM agent_search a
    LEFT JOIN models.search_scores s ON s.generation = $11::integer AND s.key = a.key
    WHERE (a.key = ANY ($18::text[]) OR a.owner = ANY ($19::text[]))
      AND ($17::text::tsquery IS NULL OR a.tokens @@ $17::text::tsquery)
      AND /* filters */
    ORDER BY coalesce(s.score, $12::integer) DESC, a.key
    LIMIT $16
)
/* candidates */
