-- Agents with some words, at most so many; of these the ones with the words in names and titles first, then those with the
-- highest score. For words that few have.
WITH best AS (
    SELECT h.*, coalesce(s.score, $12::integer) AS score
    FROM (
        SELECT a.*
        FROM agent_search a
        WHERE a.tokens @@ (SELECT $17::text::tsquery)
          AND /* filters */
        LIMIT $19
    ) h
    LEFT JOIN models.search_scores s ON s.generation = $11::integer AND s.key = h.key
    ORDER BY (h.tokens @@ (SELECT $18::text::tsquery)) DESC, coalesce(s.score, $12::integer) DESC, h.key
    LIMIT $16
)
/* candidates */
