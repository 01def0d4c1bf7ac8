-- The agents that match, at most so many: those with some words, of some keys, of some owners or in some categories.
SELECT a.key
FROM agent_search a
WHERE (a.tokens @@ (SELECT $11::text::tsquery) OR a.key = ANY ($12::text[]) OR a.owner = ANY ($13::text[])
       OR a.category_form = ANY ($14::text[]))
      AND ($15::text IS NULL OR (a.tokens @@ (SELECT $15::text::tsquery)) IS TRUE)
      AND /* filters */
LIMIT $16
