SELECT a.agent_id, v.listing, v.published, v.position,
       -- What each side said is the reason for a status; of an active one there is none.
       CASE WHEN f.status > 0 THEN a.record END AS agent_record, CASE WHEN f.status > 0 THEN v.record END AS record,
       f.precedence, f.version, f.status::bigint AS status, f.status_changed, f.changed, f.updated, f.is_latest,
       c.ones + c.twos + c.threes + c.fours + c.fives AS ratings,
       c.ones + 2 * c.twos + 3 * c.threes + 4 * c.fours + 5 * c.fives AS rating_sum, c.readers
FROM found f
JOIN agents a ON a.key = f.key
JOIN agent_counters c ON c.key = f.key
JOIN agent_versions v ON v.key = f.key AND v.precedence = f.precedence
