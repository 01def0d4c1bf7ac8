-- Takes agents out that search may not show.
WITH gone AS (
    DELETE FROM agent_search WHERE key = ANY ($1) RETURNING key
), unnamed AS (
    DELETE FROM agent_names n USING gone g WHERE n.key = g.key
)
DELETE FROM agent_spellings s USING gone g WHERE s.key = g.key
