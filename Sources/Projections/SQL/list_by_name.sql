-- Listed agents by key, from behind a key.
SELECT r.next, l.key, l.agent_id, l.username, l.latest_version, l.has_wasm, l.title, l.summary, l.category, l.created,
       l.updated, l.updated_position
FROM models.agents_reflected r
LEFT JOIN LATERAL (
    SELECT a.key, a.agent_id, coalesce(u.name, '') AS username, coalesce(a.latest_version, '') AS latest_version,
           a.has_wasm, coalesce(a.title, '') AS title, coalesce(a.summary, '') AS summary,
           coalesce(a.category, '') AS category, a.created, a.updated, a.updated_position
    FROM models.agent_summaries a
    LEFT JOIN models.usernames u ON u.person = a.owner
    WHERE a.listed
      AND a.key > $1
      AND ($2::text IS NULL OR a.category = $2)
      AND ($3::text IS NULL
           OR a.words @@ (websearch_to_tsquery('english', $3) || websearch_to_tsquery('simple', $3)))
    ORDER BY a.key
    LIMIT $4
) AS l ON true
ORDER BY l.key
