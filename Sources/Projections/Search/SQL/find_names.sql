-- Names that are one of some, those of ids first, and names of packages and titles that begin with one of two beginnings.
(
    SELECT n.key, n.name, n.kind::bigint AS kind
    FROM agent_names n
    WHERE n.name = ANY ($1::text[])
    ORDER BY n.kind, n.key
    LIMIT 500
) UNION (
    SELECT n.key, n.name, n.kind::bigint AS kind
    FROM agent_names n
    WHERE $2::text IS NOT NULL AND n.name >= $2 AND n.name < $3 AND n.kind NOT IN (1, 3)
    ORDER BY n.name, n.kind, n.key
    LIMIT 200
) UNION (
    SELECT n.key, n.name, n.kind::bigint AS kind
    FROM agent_names n
    WHERE $4::text IS NOT NULL AND n.name >= $4 AND n.name < $5 AND n.kind NOT IN (1, 3)
    ORDER BY n.name, n.kind, n.key
    LIMIT 200
)
