-- The last word of the batch on each pair of review and voter, which is NULL where it was taken back.
WITH last AS (
    SELECT u.key, u.author, u.voter, u.vote::boolean AS is_helpful
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS u (key, author, voter, vote)
), gone AS (
    DELETE FROM review_votes v USING last l
    WHERE v.key = l.key AND v.author = l.author AND v.voter = l.voter AND l.is_helpful IS NULL
)
INSERT INTO review_votes (key, author, voter, is_helpful)
SELECT key, author, voter, is_helpful FROM last WHERE is_helpful IS NOT NULL
ON CONFLICT (key, author, voter) DO UPDATE SET is_helpful = excluded.is_helpful
