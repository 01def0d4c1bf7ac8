-- Agents with some words of which something was said since scores were made, the last one first.
WITH best AS (
    SELECT a.*, coalesce(s.score, $12::integer) AS score
    FROM agent_search a
    LEFT JOIN models.search_scores s ON s.generation = $11::integer AND s.key = a.key
    WHERE a.position >= $18::bigint
      AND ($17::text IS NULL OR a.tokens @@ (SELECT $17::text::tsquery))
      AND /* filters */
    ORDER BY a.position DESC
    LIMIT $16
)
/* candidates */
