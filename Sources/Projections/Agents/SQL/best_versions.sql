-- The version of each agent that is shown.
SELECT k.key, best.precedence, best.rank::bigint AS rank, best.data, best.listing
FROM unnest($1::text[]) AS k (key)
CROSS JOIN LATERAL (
    SELECT v.precedence, v.rank, v.data, v.listing
    FROM agent_versions v
    WHERE v.key = k.key
    ORDER BY v.rank DESC, v.precedence DESC
    LIMIT 1
) AS best
