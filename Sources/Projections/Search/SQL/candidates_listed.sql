-- Agents with some words, looked for at some places in their order. For words that many have. The order is that of the places all
-- the way, so that it ends once there are enough.
WITH best AS (
    SELECT a.*, s.score
    FROM (
        SELECT p.place, p.number
        FROM unnest($18::integer[]) WITH ORDINALITY p (place, number)
        ORDER BY p.number
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
          AND a.tokens @@ (SELECT $17::text::tsquery)
          AND /* filters */
    ) a ON true
    ORDER BY l.number
    LIMIT $16
)
/* candidates */
