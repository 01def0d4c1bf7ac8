-- Candidates by their keys, without marks.
SELECT b.key, b.owner, b.category, b.runtime, array_to_string(b.licenses, chr(10)) AS licenses, b.has_wasm, b.is_down,
       c.ones + c.twos + c.threes + c.fours + c.fives AS ratings,
       c.ones + 2 * c.twos + 3 * c.threes + 4 * c.fours + 5 * c.fives AS rating_sum,
       coalesce(s.score, $2::integer)::bigint AS score, b.title_words::bigint AS title_words,
       b.summary_words::bigint AS summary_words, b.description_words::bigint AS description_words
FROM agent_search b
JOIN agent_counters c ON c.key = b.key
LEFT JOIN models.search_scores s ON s.generation = $3::integer AND s.key = b.key
WHERE b.key = ANY ($1::text[])
