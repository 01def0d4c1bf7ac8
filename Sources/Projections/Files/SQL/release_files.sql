-- Lifts the hold on a version, or the hold on all versions if precedence is empty. A version that another hold covers stays
-- held without a break. Returns the files concerned.
WITH lifted AS (
    DELETE FROM file_holds h WHERE h.key = $1 AND h.precedence = $2
)
UPDATE files f
SET held_from = CASE WHEN EXISTS (
    SELECT FROM file_holds h
    WHERE h.key = f.key AND h.precedence IN ('', f.precedence) AND h.precedence <> $2) THEN f.held_from END
WHERE f.key = $1 AND $2 IN ('', f.precedence)
RETURNING f.sha256
