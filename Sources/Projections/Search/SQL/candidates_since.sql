-- Agents with some words that were published since scores were made, the last one first.
WITH best AS (
    SELECT a.*, $12::integer AS score
    FROM agent_search a
    WHERE a.position >= $18::bigint
      AND ($17::text::tsquery IS NULL OR a.tokens @@ $17::text::tsquery)
      AND $11::integer IS NOT NULL
      AND /* filters */
    ORDER BY a.position DESC
    LIMIT $16
)
/* candidates */
