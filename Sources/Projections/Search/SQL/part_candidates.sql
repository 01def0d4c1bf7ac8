, read AS (
    -- Words that do not stand in the row as they are get unpacked once for all conditions; OFFSET keeps that apart from them.
    SELECT b.key, b.owner, b.category, b.runtime, b.licenses, b.has_wasm, b.is_down, b.title_words, b.summary_words,
           b.description_words, b.score,
           CASE WHEN pg_column_size(b.tokens) < 4000 AND pg_column_compression(b.tokens) IS NULL THEN b.tokens
                ELSE b.tokens || ''::tsvector END AS tokens
    FROM best b
    OFFSET 0
)
SELECT coalesce(m.low, 0) AS low, coalesce(m.high, 0) AS high,
       b.key, b.owner, b.category, b.runtime, array_to_string(b.licenses, chr(10)) AS licenses, b.has_wasm, b.is_down,
       c.ones + c.twos + c.threes + c.fours + c.fives AS ratings,
       c.ones + 2 * c.twos + 3 * c.threes + 4 * c.fours + 5 * c.fives AS rating_sum,
       b.score::bigint AS score, b.title_words::bigint AS title_words, b.summary_words::bigint AS summary_words,
       b.description_words::bigint AS description_words
FROM read b
JOIN agent_counters c ON c.key = b.key
CROSS JOIN LATERAL (
    SELECT bit_or(w.low) AS low, bit_or(w.high) AS high
    FROM unnest($13::text[]::tsquery[], $14::bigint[], $15::bigint[]) AS w (query, low, high)
    WHERE b.tokens @@ w.query
) m
