-- Listed agents whose shown version needs an agent, behind a key. Who needs it both ways stands once, with the stronger need.
SELECT DISTINCT ON (d.key) d.key, a.agent_id, a.latest_version AS version, d.range, d.is_peer
FROM dependents d
JOIN agents a ON a.key = d.key AND a.shown_precedence = d.precedence
WHERE d.target = $1 AND d.key > $2 AND a.listed
ORDER BY d.key, d.is_peer
LIMIT $3
