-- Agents with some words of which something was said since scores were made, the last one first; of so many at most.
WITH best AS (
    SELECT a.*, coalesce(s.score, $12::integer) AS score
    FROM (
        SELECT n.*
        FROM agent_search n
        WHERE n.position >= $18::bigint
        ORDER BY n.position DESC
        LIMIT $19
    ) a
    LEFT JOIN models.search_scores s ON s.generation = $11::integer AND s.key = a.key
    WHERE ($17::text IS NULL OR a.tokens @@ (SELECT $17::text::tsquery))
      AND /* filters */
    ORDER BY a.position DESC
    LIMIT $16
)
/* candidates */
