-- Agents by their keys, or so many by their owners, looked for among ten times as many, the ones with the highest score first.
WITH best AS (
    SELECT h.*, coalesce(s.score, $12::integer) AS score
    FROM (
        SELECT a.*
        FROM (
            SELECT * FROM agent_search k WHERE k.key = ANY ($18::text[])
            UNION ALL
            SELECT * FROM (SELECT * FROM agent_search o WHERE o.owner = ANY ($19::text[]) LIMIT 10 * $20) o
        ) a
        WHERE ($17::text IS NULL OR a.tokens @@ (SELECT $17::text::tsquery))
          AND /* filters */
        LIMIT $20
    ) h
    LEFT JOIN models.search_scores s ON s.generation = $11::integer AND s.key = h.key
    ORDER BY coalesce(s.score, $12::integer) DESC, h.key
    LIMIT $16
)
/* candidates */
