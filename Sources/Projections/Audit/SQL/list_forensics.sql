-- What was done with some credentials ($1), by roles that came of them ($2 to $4: who, on what, since when), and by whoever
-- accepted such a role, in order behind a position.
WITH roles AS (
    SELECT r.person, r.stream, r.position, r.stream LIKE 'namespace/%' AS is_namespace,
           substr(r.stream, 11) || '.' AS beginning, substr(r.stream, 11) || '/' AS past
    FROM unnest($2::text[], $3::text[], $4::bigint[]) AS r (person, stream, position)
), found AS (
    (SELECT e.position, 0 AS via FROM audit_entries e
     WHERE e.token = ANY ($1::text[]) AND e.position > $5 ORDER BY e.position LIMIT $6)
    UNION ALL
    (SELECT e.position, 1 FROM audit_entries e
     WHERE e.inviter_token = ANY ($1::text[]) AND e.position > $5 ORDER BY e.position LIMIT $6)
    UNION ALL
    (SELECT f.position, 2
     FROM roles r
     CROSS JOIN LATERAL (
         SELECT e.position FROM audit_entries e
         WHERE e.actor = r.person AND e.stream = r.stream AND e.position > greatest(r.position, $5)
         ORDER BY e.position LIMIT $6
     ) f
     ORDER BY 1 LIMIT $6)
    UNION ALL
    (SELECT f.position, 2
     FROM roles r
     CROSS JOIN LATERAL (
         -- The character behind '.' is '/', and no id has it: these are the agents of the namespace.
         SELECT e.position FROM audit_entries e
         WHERE e.actor = r.person AND e.stream >= 'agent/' || r.beginning AND e.stream < 'agent/' || r.past
           AND e.position > greatest(r.position, $5)
         ORDER BY e.position LIMIT $6
     ) f
     WHERE r.is_namespace
     ORDER BY 1 LIMIT $6)
    UNION ALL
    (SELECT e.position, 2
     FROM roles r
     JOIN audit_entries e ON e.inviter = r.person AND e.position > greatest(r.position, $5)
     WHERE e.stream = r.stream
        OR r.is_namespace AND e.stream >= 'agent/' || r.beginning AND e.stream < 'agent/' || r.past
     ORDER BY 1 LIMIT $6)
), next AS (
    SELECT f.position, min(f.via) AS via FROM found f GROUP BY f.position ORDER BY f.position LIMIT $6
)
SELECT e.position, e.time, e.type, e.stream, e.agent, e.version, e.person, e.detail, e.actor, e.token, e.inviter, e.inviter_token,
       (ARRAY['token', 'invitation', 'role'])[n.via + 1] AS via
FROM next n
JOIN audit_entries e ON e.position = n.position
ORDER BY e.position
