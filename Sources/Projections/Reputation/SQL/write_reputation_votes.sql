-- Votes of a batch: one that is no longer helpful goes.
WITH n AS (
    SELECT n.key, n.author, n.voter, n.is_helpful
    FROM unnest($1::text[], $2::text[], $3::text[], $4::boolean[]) AS n (key, author, voter, is_helpful)
), gone AS (
    DELETE FROM reputation_votes v USING n
    WHERE v.key = n.key AND v.author = n.author AND v.voter = n.voter AND NOT n.is_helpful
)
INSERT INTO reputation_votes (key, author, voter)
SELECT n.key, n.author, n.voter FROM n WHERE n.is_helpful
ON CONFLICT DO NOTHING
