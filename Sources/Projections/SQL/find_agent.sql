SELECT d.agent_id, coalesce(u.name, ''), d.created, d.updated, greatest(d.updated_position, coalesce(u.position, 0))
FROM models.agent_details d
LEFT JOIN models.usernames u ON u.person = d.owner
WHERE d.key = $1
