-- Agents that name a removed file and have no entry about its removal yet.
SELECT DISTINCT f.sha256, f.key
FROM removed_files r
JOIN files f ON f.sha256 = r.sha256
WHERE NOT f.is_noted
ORDER BY f.sha256, f.key
LIMIT $1
