-- How many say that a review helps.
INSERT INTO models.review_helpfulness (key, author, helpful, unhelpful)
SELECT c.key, c.author, count(*) FILTER (WHERE v.is_helpful), count(*) FILTER (WHERE NOT v.is_helpful)
FROM (SELECT DISTINCT u.key, u.author FROM unnest($1::text[], $2::text[]) AS u (key, author)) AS c
LEFT JOIN models.review_votes v ON v.key = c.key AND v.author = c.author
GROUP BY c.key, c.author
ON CONFLICT (key, author) DO UPDATE SET helpful = excluded.helpful, unhelpful = excluded.unhelpful
