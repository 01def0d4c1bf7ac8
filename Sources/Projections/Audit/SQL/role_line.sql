-- The roles that people have from invitations by some credentials, and from invitations by these people in turn: who, on what,
-- and since which entry.
WITH RECURSIVE line AS (
    SELECT e.person, e.stream, e.position FROM audit_entries e WHERE e.inviter_token = ANY ($1::text[])
    UNION
    SELECT e.person, e.stream, e.position
    FROM line l
    JOIN audit_entries e ON e.inviter = l.person AND e.stream = l.stream AND e.position > l.position
)
SELECT l.person, l.stream, l.position FROM line l ORDER BY l.position LIMIT $2
