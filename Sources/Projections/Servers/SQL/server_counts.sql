-- One row is looked up for a server; as a join it would be planned in all orders each time.
CROSS JOIN LATERAL (
    SELECT c.listed, c.ones + c.twos + c.threes + c.fours + c.fives AS ratings,
           c.ones + 2 * c.twos + 3 * c.threes + 4 * c.fours + 5 * c.fives AS rating_sum, c.readers
    FROM agent_counters c
    WHERE c.key = s.key
    LIMIT 1
) c
