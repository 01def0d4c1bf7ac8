SELECT a.agent_id, a.record AS agent_record, v.listing, v.record, v.published, v.position,
       f.precedence, f.version, f.status::bigint AS status, f.status_changed, f.changed, f.updated, f.is_latest,
       c.ones + c.twos + c.threes + c.fours + c.fives AS ratings,
       c.ones + 2 * c.twos + 3 * c.threes + 4 * c.fours + 5 * c.fives AS rating_sum, c.readers
FROM found f
JOIN agents a ON a.key = f.key
JOIN agent_counters c ON c.key = f.key
JOIN agent_versions v ON v.key = f.key AND v.precedence = f.precedence
