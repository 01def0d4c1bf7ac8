-- An agent with the version that is shown.
SELECT v.data, v.listing, v.published, v.position, v.precedence,
       d.agent_id, coalesce(u.name, ''), d.created, d.updated, greatest(d.changed_position, coalesce(u.position, 0))
FROM models.agent_details d
JOIN models.agent_versions v ON v.key = d.key AND v.precedence = d.shown_precedence
LEFT JOIN models.usernames u ON u.person = d.owner
WHERE d.key = $1
