-- What was done with some credentials ($1), by roles that came of them ($2 to $4: who, on what, since when), and by whoever
-- accepted such a role, in order behind a position and since a time.
WITH roles AS (
    SELECT r.person, r.stream, r.position FROM unnest($2::text[], $3::text[], $4::bigint[]) AS r (person, stream, position)
), found AS (
    SELECT e.position, 'token' AS via FROM audit_entries e WHERE e.token = ANY ($1::text[])
    UNION ALL
    SELECT e.position, 'invitation' FROM audit_entries e WHERE e.inviter_token = ANY ($1::text[])
    UNION ALL
    SELECT e.position, 'role'
    FROM roles r
    JOIN audit_entries e ON e.actor = r.person AND e.position > r.position
    WHERE e.stream = r.stream
       OR e.stream LIKE 'agent/%' AND r.stream LIKE 'namespace/%' AND starts_with(e.agent, substr(r.stream, 11) || '.')
    UNION ALL
    SELECT e.position, 'role'
    FROM roles r
    JOIN audit_entries e ON e.inviter = r.person AND e.stream = r.stream AND e.position > r.position
)
SELECT DISTINCT ON (e.position) e.position, e.time, e.type, e.stream, e.agent, e.version, e.person, e.detail, e.actor, e.token,
       e.inviter, e.inviter_token, f.via
FROM found f
JOIN audit_entries e ON e.position = f.position
WHERE e.position > $5 AND e.time >= to_timestamp($6::bigint / 1000.0)
ORDER BY e.position, array_position(ARRAY['token', 'invitation', 'role'], f.via)
LIMIT $7
