-- The streams of everything that somebody has a role on.
SELECT 'agent/' || o.key AS stream FROM models.agent_owners o WHERE o.person = $1
UNION ALL
SELECT 'namespace/' || n.namespace FROM models.namespace_members n WHERE n.person = $1
ORDER BY stream
LIMIT $2
