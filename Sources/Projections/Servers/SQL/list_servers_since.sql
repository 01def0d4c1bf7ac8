-- Servers in the order of their changes, with the filters of list_servers.sql: behind a time ($9, in milliseconds),
-- position ($10), key and precedence.
WITH found AS MATERIALIZED (
    SELECT s.*, c.ratings, c.rating_sum, c.readers
    FROM servers s
    /* counts */
    WHERE (s.updated, s.changed, s.key, s.precedence) > (to_timestamp($9::bigint / 1000.0), $10::bigint, $2, $3)
      AND (s.is_latest OR NOT $4)
      AND ($5::bytea IS NULL OR s.precedence = $5) AND ($6::text IS NULL OR s.version = $6) AND (s.status < 2 OR $7)
      AND ($8 = '' OR position($8 IN s.searched) > 0)
      AND c.listed
    ORDER BY s.updated, s.changed, s.key, s.precedence
    LIMIT $1
)
/* rows */
ORDER BY f.updated, f.changed, f.key, f.precedence
