-- A credential and all that descend from it: those that they issued, and those that took their place.
WITH RECURSIVE line AS (
    SELECT t.token, t.person, t.issuer, t.replaces, t.position FROM audit_tokens t WHERE t.token = $1
    UNION
    SELECT d.token, d.person, d.issuer, d.replaces, d.position
    FROM line l
    CROSS JOIN LATERAL (
        SELECT t.* FROM audit_tokens t WHERE t.issuer = l.token
        UNION ALL
        SELECT t.* FROM audit_tokens t WHERE t.replaces = l.token
    ) d
)
SELECT l.token, l.person, l.issuer, l.replaces, l.position FROM line l ORDER BY l.position LIMIT $2
