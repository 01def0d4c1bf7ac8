-- How often some reviews were found helpful.
SELECT n.key, n.person,
       (SELECT count(*) FROM reputation_votes v WHERE v.key = n.key AND v.author = n.person) AS votes
FROM unnest($1::text[], $2::text[]) AS n (key, person)
