-- The roles that people have from invitations by some credentials, and from invitations by these people in turn to the same agent
-- or namespace, or to an agent of that: who, on what, and since which entry.
WITH RECURSIVE line AS (
    SELECT e.person, e.stream, e.position FROM audit_entries e WHERE e.inviter_token = ANY ($1::text[])
    UNION
    SELECT e.person, e.stream, e.position
    FROM line l
    JOIN audit_entries e ON e.inviter = l.person AND e.position > l.position
    WHERE e.stream = l.stream
       OR e.stream LIKE 'agent/%' AND l.stream LIKE 'namespace/%' AND starts_with(e.agent, substr(l.stream, 11) || '.')
)
SELECT l.person, l.stream, min(l.position) AS position FROM line l GROUP BY l.person, l.stream ORDER BY 3 LIMIT $2
