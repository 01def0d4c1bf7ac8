-- Some votes ($1 to $3: agent, author, voter), and all that some people have given on an agent or got there ($4, $5).
SELECT v.key, v.author, v.voter
FROM unnest($1::text[], $2::text[], $3::text[]) AS n (key, author, voter)
JOIN reputation_votes v ON v.key = n.key AND v.author = n.author AND v.voter = n.voter
UNION
SELECT v.key, v.author, v.voter
FROM unnest($4::text[], $5::text[]) AS n (key, person)
JOIN reputation_votes v ON v.key = n.key AND v.author = n.person
UNION
SELECT v.key, v.author, v.voter
FROM unnest($4::text[], $5::text[]) AS n (key, person)
JOIN reputation_votes v ON v.key = n.key AND v.voter = n.person
