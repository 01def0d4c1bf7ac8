-- Versions from high to low, from below a precedence; $2 is NULL for the first page.
SELECT r.next, v.data, v.listing, v.published, v.position, v.precedence
FROM models.agents_reflected r
LEFT JOIN LATERAL (
    SELECT s.data, s.listing, s.published, s.position, s.precedence
    FROM models.agent_versions s
    WHERE s.key = $1 AND ($2::bytea IS NULL OR s.precedence < $2)
    ORDER BY s.precedence DESC
    LIMIT $3
) AS v ON true
ORDER BY v.precedence DESC
