JOIN LATERAL (
    SELECT a.key
    FROM agent_search a
    WHERE a.key = o.key
      AND ($11::text IS NULL OR (a.tokens @@ (SELECT $11::text::tsquery)) IS TRUE OR a.key = ANY ($12::text[])
           OR a.owner = ANY ($13::text[]))
      AND ($14::text IS NULL OR (a.tokens @@ (SELECT $14::text::tsquery)) IS TRUE)
      AND /* filters */
) a ON true
JOIN listed_agents s ON s.key = o.key
LEFT JOIN publishers u ON u.person = s.owner
