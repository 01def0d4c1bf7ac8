-- How many say that a review helps.
UPDATE reviews r
SET helpful = c.helpful, unhelpful = c.unhelpful
FROM (
    SELECT n.key, n.author, count(*) FILTER (WHERE v.is_helpful) AS helpful,
           count(*) FILTER (WHERE NOT v.is_helpful) AS unhelpful
    FROM (SELECT DISTINCT u.key, u.author FROM unnest($1::text[], $2::text[]) AS u (key, author)) AS n
    LEFT JOIN review_votes v ON v.key = n.key AND v.author = n.author
    GROUP BY n.key, n.author
) AS c
WHERE r.key = c.key AND r.person = c.author AND (r.helpful, r.unhelpful) <> (c.helpful, c.unhelpful)
