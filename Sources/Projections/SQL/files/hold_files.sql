-- The last word of the batch on each hold; reason is NULL where it was lifted. Gives the files that it concerns.
WITH holds AS (
    SELECT h.key, h.precedence, h.reason, to_timestamp(h.ms / 1000.0) AS since, h.position
    FROM unnest($1::text[], $2::bytea[], $3::text[], $4::bigint[], $5::bigint[])
        AS h (key, precedence, reason, ms, position)
), lifted AS (
    DELETE FROM models.file_holds f USING holds h
    WHERE f.key = h.key AND f.precedence = h.precedence AND h.reason IS NULL
), held AS (
    INSERT INTO models.file_holds (key, precedence, reason, since, position)
    SELECT key, precedence, reason, since, position FROM holds WHERE reason IS NOT NULL
    ON CONFLICT (key, precedence) DO UPDATE
    SET reason = excluded.reason, since = excluded.since, position = excluded.position
)
SELECT DISTINCT f.sha256
FROM holds h
JOIN models.files f ON f.key = h.key AND (h.precedence = '' OR f.precedence = h.precedence)
