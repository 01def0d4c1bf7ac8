-- Which of some words stand in any agent, counted from 1.
SELECT w.number::bigint AS number
FROM unnest($1::text[]) WITH ORDINALITY AS w (query, number)
CROSS JOIN LATERAL (SELECT FROM agent_search a WHERE a.tokens @@ w.query::tsquery LIMIT 1) f
