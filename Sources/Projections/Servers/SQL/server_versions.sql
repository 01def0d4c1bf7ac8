-- The versions of a server from high to low, below a precedence ($3, NULL for all): so many, or the latest ($5), or the one of a
-- precedence ($4).
WITH found AS MATERIALIZED (
    SELECT s.*, c.ratings, c.rating_sum, c.readers
    FROM servers s
    /* counts */
    WHERE s.key = $2 AND ($3::bytea IS NULL OR s.precedence < $3) AND ($4::bytea IS NULL OR s.precedence = $4)
      AND (s.is_latest OR NOT $5) AND (s.status < 2 OR $6)
    ORDER BY s.precedence DESC
    LIMIT $1
)
/* rows */
ORDER BY f.precedence DESC
