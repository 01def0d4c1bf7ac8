-- How many agents there are of what. The average rating is that of the agents' averages in hundredths. Spellings of a category
-- are one, shown as the most write it.
INSERT INTO models.agent_groups (generation, kind, value, agents)
SELECT $1::integer, 'category',
       CASE WHEN c.category_form = '' THEN '' ELSE (array_agg(c.category ORDER BY c.agents DESC, c.category))[1] END, sum(c.agents)
FROM (SELECT a.category, a.category_form, count(*) AS agents FROM agent_search a GROUP BY a.category, a.category_form) c
GROUP BY c.category_form
UNION ALL
SELECT $1::integer, 'runtime', a.runtime, count(*) FROM agent_search a GROUP BY a.runtime
UNION ALL
SELECT $1::integer, 'license', l.license, count(*)
FROM agent_search a
CROSS JOIN LATERAL unnest(CASE WHEN cardinality(a.licenses) = 0 THEN ARRAY[''] ELSE a.licenses END) AS l (license)
GROUP BY l.license
UNION ALL
SELECT $1::integer, 'all', v.value, v.agents
FROM (
    SELECT count(*) AS agents, count(r.average) AS rated, coalesce(div(sum(r.average), nullif(count(r.average), 0)), 0) AS average
    FROM agent_search a
    JOIN agent_counters c ON c.key = a.key
    LEFT JOIN LATERAL (
        SELECT ((c.ones + 2 * c.twos + 3 * c.threes + 4 * c.fours + 5 * c.fives) * 200 + n.ratings) / nullif(2 * n.ratings, 0) AS average
        FROM (SELECT c.ones + c.twos + c.threes + c.fours + c.fives AS ratings) n
    ) r ON true
) t
CROSS JOIN LATERAL (VALUES ('agents', t.agents), ('average', t.average), ('rated', t.rated)) AS v (value, agents)
