-- Listed agents by key, from behind a key.
SELECT a.key, a.agent_id, coalesce(u.name, ''), coalesce(a.latest_version, ''), a.has_wasm, coalesce(a.title, ''),
       coalesce(a.summary, ''), coalesce(a.category, ''), a.created, a.updated, a.updated_position
FROM models.agent_summaries a
LEFT JOIN models.usernames u ON u.person = a.owner
WHERE a.listed
  AND a.key > $1
ORDER BY a.key
LIMIT $2
