-- The servers behind a key and precedence: the latest versions ($4), behind the key alone, or all; of one precedence ($5) and
-- version ($6), each NULL for any; without those that are deleted unless $7; of which a text ($8) is a part of what is searched.
WITH found AS MATERIALIZED (
    SELECT s.*, c.ratings, c.rating_sum, c.readers
    FROM servers s
    /* counts */
    WHERE (s.key, s.precedence) > ($2, $3) AND (NOT $4 OR (s.is_latest AND s.key > $2))
      AND ($5::bytea IS NULL OR s.precedence = $5) AND ($6::text IS NULL OR s.version = $6) AND (s.status < 2 OR $7)
      AND ($8 = '' OR position($8 IN s.searched) > 0)
      AND c.listed
    ORDER BY s.key, s.precedence
    LIMIT $1
)
/* rows */
ORDER BY f.key, f.precedence
