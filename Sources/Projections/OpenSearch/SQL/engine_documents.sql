-- What an engine holds of some agents. Words of one place are separated by |, places by spaces, texts by line ends.
SELECT a.key, a.owner, a.category_form AS category, a.runtime,
       lower(array_to_string(a.licenses, chr(10))) AS licenses, a.has_wasm,
       (100 * (c.ones + 2 * c.twos + 3 * c.threes + 4 * c.fours + 5 * c.fives)
        / greatest(1, c.ones + c.twos + c.threes + c.fours + c.fives))::bigint AS rating,
       coalesce(s.score, $2::integer)::bigint AS score,
       coalesce(f.name, '') AS name, coalesce(f.title, '') AS title, coalesce(f.summary, '') AS summary,
       coalesce(f.description, '') AS description
FROM agent_search a
JOIN agent_counters c ON c.key = a.key
LEFT JOIN models.search_scores s ON s.generation = $3::integer AND s.key = a.key
CROSS JOIN LATERAL (
    SELECT max(t.text) FILTER (WHERE t.weight = 'A') AS name, max(t.text) FILTER (WHERE t.weight = 'B') AS title,
           max(t.text) FILTER (WHERE t.weight = 'C') AS summary, max(t.text) FILTER (WHERE t.weight = 'D') AS description
    FROM (
        SELECT p.weight,
               string_agg(CASE WHEN p.place - p.before > 1 THEN chr(10) ELSE ' ' END || p.words, '' ORDER BY p.place) AS text
        FROM (
            SELECT o.weight, o.place, string_agg(l.lexeme, '|') AS words,
                   lag(o.place) OVER (PARTITION BY o.weight ORDER BY o.place) AS before
            FROM unnest(a.tokens) AS l
            CROSS JOIN LATERAL unnest(l.positions, l.weights) AS o (place, weight)
            -- An engine has a field for names and one for titles, and needs no marks of theirs.
            WHERE left(l.lexeme, 1) <> '^'
            GROUP BY o.weight, o.place
        ) p
        GROUP BY p.weight
    ) t
) f
WHERE a.key = ANY ($1::text[])
