-- The same in the order of their changes, behind a time ($8, in milliseconds), key and precedence.
WITH found AS MATERIALIZED (
    SELECT s.key, s.precedence, s.status, s.status_changed, s.updated, s.is_latest
    FROM servers s
    WHERE (s.updated, s.key, s.precedence) > (to_timestamp($8::bigint / 1000.0), $2, $3) AND s.listed
      AND (s.is_latest OR NOT $4) AND ($5::bytea IS NULL OR s.precedence = $5) AND (s.status < 2 OR $6)
      AND ($7 = '' OR position($7 IN s.searched) > 0)
    ORDER BY s.updated, s.key, s.precedence
    LIMIT $1
)
/* rows */
ORDER BY f.updated, f.key, f.precedence
