-- Categories with how many agents they have, the one of the most first. Spellings of one are one, shown as the most write it.
SELECT (array_agg(c.category ORDER BY c.agents DESC, c.category))[1] AS category, sum(c.agents)::bigint AS agents
FROM (
    SELECT a.category, a.category_form, count(*) AS agents
    FROM agent_search a
    WHERE a.category_form <> ''
    GROUP BY a.category, a.category_form
) c
GROUP BY c.category_form
ORDER BY 2 DESC, 1
LIMIT $1
