-- The servers behind a key and precedence: all versions or the latest ($4), of one precedence ($5, NULL for any), without those
-- that are deleted unless $6, of which a text ($7) is a part of what is searched.
WITH found AS MATERIALIZED (
    SELECT s.key, s.precedence, s.status, s.status_changed, s.updated, s.is_latest
    FROM servers s
    WHERE (s.key, s.precedence) > ($2, $3) AND s.listed AND (s.is_latest OR NOT $4)
      AND ($5::bytea IS NULL OR s.precedence = $5) AND (s.status < 2 OR $6)
      AND ($7 = '' OR position($7 IN s.searched) > 0)
    ORDER BY s.key, s.precedence
    LIMIT $1
)
/* rows */
ORDER BY f.key, f.precedence
