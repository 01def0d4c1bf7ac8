-- An agent with the version that is shown.
SELECT v.data, v.listing, v.published, v.position, v.precedence, v.is_yanked, v.yank_reason, v.yank_note, v.changed_position,
       a.agent_id, coalesce(u.name, ''), a.created, a.updated,
       concat_ws('.', a.changed_position, coalesce(u.position, 0), coalesce(s.position, 0), coalesce(r.position, 0),
                 coalesce(d.position, 0)),
       a.is_deprecated, a.replacement, a.deprecation_note, coalesce(s.stars, 0),
       coalesce(r.ones + r.twos + r.threes + r.fours + r.fives, 0),
       coalesce(r.ones + 2 * r.twos + 3 * r.threes + 4 * r.fours + 5 * r.fives, 0),
       coalesce(d.readers, 0)
FROM models.agents a
JOIN models.agent_versions v ON v.key = a.key AND v.precedence = a.shown_precedence
LEFT JOIN models.publishers u ON u.person = a.owner
LEFT JOIN models.agent_stars s ON s.key = a.key
LEFT JOIN models.agent_ratings r ON r.key = a.key
LEFT JOIN models.agent_downloads d ON d.key = a.key
WHERE a.key = $1
