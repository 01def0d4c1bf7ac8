-- An agent with what is counted of it and the version that is shown.
SELECT a.key, a.agent_id, coalesce(u.name, '') AS username, coalesce(a.latest_version, '') AS latest_version,
       a.is_withheld, a.has_wasm, coalesce(a.title, '') AS title, coalesce(a.summary, '') AS summary,
       coalesce(a.category, '') AS category, a.created, a.updated, a.updated_position, a.is_deprecated, a.is_quarantined,
       a.record AS agent_record, c.stars,
       c.ones + c.twos + c.threes + c.fours + c.fives AS ratings,
       c.ones + 2 * c.twos + 3 * c.threes + 4 * c.fours + 5 * c.fives AS rating_sum, c.readers, c.rated,
       a.owners_changed, v.data, v.listing, v.author, v.record, v.published, v.position,
       coalesce(p.name, '') AS publisher
FROM agents a
JOIN agent_counters c ON c.key = a.key
JOIN agent_versions v ON v.key = a.key AND v.precedence = a.shown_precedence
LEFT JOIN publishers u ON u.person = a.owner
LEFT JOIN publishers p ON p.person = v.publisher
WHERE a.key = $1
