-- Agents that search may show, behind a key.
SELECT a.key FROM agent_search a WHERE a.key > $1::text ORDER BY a.key LIMIT $2
