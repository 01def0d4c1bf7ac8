-- The votes that some people gave on reviews of an agent, and those on reviews that they wrote.
SELECT v.key, v.author, v.voter
FROM unnest($1::text[], $2::text[]) AS n (key, person)
JOIN reputation_votes v ON v.key = n.key AND v.author = n.person
UNION
SELECT v.key, v.author, v.voter
FROM unnest($1::text[], $2::text[]) AS n (key, person)
JOIN reputation_votes v ON v.key = n.key AND v.voter = n.person
