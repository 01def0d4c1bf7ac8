-- Listed agents, the one changed last first, from before a position.
SELECT a.key, a.agent_id, coalesce(u.name, ''), coalesce(a.latest_version, ''), a.has_wasm, coalesce(a.title, ''),
       coalesce(a.summary, ''), coalesce(a.category, ''), a.created, a.updated, a.updated_position
FROM models.agent_summaries a
LEFT JOIN models.usernames u ON u.person = a.owner
WHERE a.listed
  AND a.updated_position < $1
ORDER BY a.updated_position DESC
LIMIT $2
