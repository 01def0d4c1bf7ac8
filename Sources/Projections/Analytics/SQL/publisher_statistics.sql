-- What the listed agents of a publisher come to. The average is that of the agents' averages in hundredths.
SELECT count(*) AS agents, coalesce(sum(c.downloads), 0)::bigint AS downloads, coalesce(sum(c.readers), 0)::bigint AS readers,
       count(*) FILTER (WHERE a.has_wasm) AS wasm, count(r.average) AS rated, coalesce(sum(r.average), 0)::bigint AS rating_sum
FROM agents a
JOIN agent_counters c ON c.key = a.key
LEFT JOIN LATERAL (
    SELECT ((c.ones + 2 * c.twos + 3 * c.threes + 4 * c.fours + 5 * c.fives) * 200 + n.ratings) / nullif(2 * n.ratings, 0) AS average
    FROM (SELECT c.ones + c.twos + c.threes + c.fours + c.fives AS ratings) n
) r ON true
WHERE a.listed AND a.owner = $1
