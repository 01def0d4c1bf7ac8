-- The agents that match, at most so many, looked for among those that somebody has rated.
SELECT a.key
FROM agent_counters r
JOIN agent_search a ON a.key = r.key
WHERE r.listed AND r.ones + r.twos + r.threes + r.fours + r.fives > 0
      AND ($11::text IS NULL OR (a.tokens @@ (SELECT $11::text::tsquery)) IS TRUE)
      AND /* filters */
LIMIT $12
