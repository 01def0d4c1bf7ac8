-- An agent with the version that is shown.
SELECT r.next, d.agent_id, coalesce(u.name, ''), d.created, d.updated,
       greatest(d.updated_position, coalesce(u.position, 0)),
       v.data, v.listing, v.published, v.position, v.precedence
FROM models.agents_reflected r
LEFT JOIN models.agent_details d ON d.key = $1
LEFT JOIN models.usernames u ON u.person = d.owner
LEFT JOIN LATERAL (
    SELECT s.data, s.listing, s.published, s.position, s.precedence
    FROM models.agent_versions s
    WHERE s.key = $1
    ORDER BY s.is_release DESC, s.precedence DESC
    LIMIT 1
) AS v ON true
