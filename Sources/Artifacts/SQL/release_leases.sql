-- Takes uploads from the leases of digests; returns those that no other upload holds. An append beside it still sees the
-- leases of others: it passes over rows that are locked for more than a change of their values.
WITH locked AS MATERIALIZED (
    SELECT l.sha256 FROM vault.artifact_leases l
    WHERE l.sha256 = ANY($1::bytea[]) AND l.uploads > 0
    ORDER BY l.sha256 FOR NO KEY UPDATE
), released AS (
    UPDATE vault.artifact_leases l SET uploads = l.uploads - 1
    FROM locked k WHERE l.sha256 = k.sha256
    RETURNING l.sha256, l.uploads
)
SELECT sha256 FROM released WHERE uploads = 0
