-- Categories that begin with some letters, the one of the most agents first; more than a thousand agents count as a thousand.
WITH RECURSIVE forms AS (
    (SELECT min(a.category_form) AS form FROM agent_search a
     WHERE a.category_form >= $1::text AND a.category_form < $1::text || chr(1114111))
    UNION ALL
    (SELECT (SELECT min(a.category_form) FROM agent_search a
             WHERE a.category_form > f.form AND a.category_form < $1::text || chr(1114111))
     FROM forms f WHERE f.form IS NOT NULL)
)
SELECT (array_agg(c.category ORDER BY c.agents DESC, c.category))[1] AS category
FROM (SELECT f.form FROM forms f WHERE f.form <> '' LIMIT 50) f
CROSS JOIN LATERAL (
    SELECT s.category, count(*) AS agents
    FROM (SELECT a.category FROM agent_search a WHERE a.category_form = f.form LIMIT 1000) s
    GROUP BY s.category
) c
GROUP BY f.form
ORDER BY sum(c.agents) DESC, 1
LIMIT $2
