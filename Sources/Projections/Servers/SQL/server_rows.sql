SELECT a.agent_id, v.listing, v.published, v.position,
       -- What each side said is the reason for a status; of an active one there is none.
       CASE WHEN f.status > 0 THEN a.record END AS agent_record, CASE WHEN f.status > 0 THEN v.record END AS record,
       f.precedence, f.version, f.status::bigint AS status, f.status_changed, f.changed, f.updated, f.is_latest,
       c.ones + c.twos + c.threes + c.fours + c.fives AS ratings,
       c.ones + 2 * c.twos + 3 * c.threes + 4 * c.fours + 5 * c.fives AS rating_sum, c.readers
FROM found f
-- One row of each is looked up for a server; as joins they would be planned in all orders each time.
CROSS JOIN LATERAL (SELECT a.agent_id, a.record FROM agents a WHERE a.key = f.key LIMIT 1) a
CROSS JOIN LATERAL (
    SELECT c.ones, c.twos, c.threes, c.fours, c.fives, c.readers FROM agent_counters c WHERE c.key = f.key LIMIT 1
) c
CROSS JOIN LATERAL (
    SELECT v.listing, v.record, v.published, v.position
    FROM agent_versions v
    WHERE v.key = f.key AND v.precedence = f.precedence
    LIMIT 1
) v
