-- The versions of a server from high to low: so many, or the one of a precedence ($3), or the latest ($4).
WITH found AS MATERIALIZED (
    SELECT s.key, s.precedence, s.status, s.status_changed, s.updated, s.is_latest
    FROM servers s
    WHERE s.key = $2 AND ($3::bytea IS NULL OR s.precedence = $3) AND (s.is_latest OR NOT $4) AND (s.status < 2 OR $5)
    ORDER BY s.precedence DESC
    LIMIT $1
)
/* rows */
ORDER BY f.precedence DESC
