-- The agents that match, at most so many. For filters to which no index leads.
SELECT a.key
FROM agent_search a
WHERE ($11::text IS NULL OR (a.tokens @@ (SELECT $11::text::tsquery)) IS TRUE)
      AND /* filters */
LIMIT $12
