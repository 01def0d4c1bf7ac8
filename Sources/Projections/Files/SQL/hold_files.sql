-- Holds a version, or all versions if precedence is empty. A repeated hold keeps its position. Returns the files concerned.
WITH held AS (
    INSERT INTO file_holds AS h (key, precedence, reason, since, position)
    VALUES ($1, $2, $3, to_timestamp($4 / 1000.0), $5)
    ON CONFLICT (key, precedence) DO UPDATE SET reason = excluded.reason
)
UPDATE files f
SET held_from = coalesce(f.held_from, $5)
WHERE f.key = $1 AND $2 IN ('', f.precedence)
RETURNING f.sha256
