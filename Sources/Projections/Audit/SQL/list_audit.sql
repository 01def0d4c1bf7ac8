-- What was done by somebody, with a credential or to an agent, the last first, before a position and from another on.
SELECT e.position, e.time, e.type, e.stream, e.agent, e.version, e.person, e.detail, e.actor, e.token, e.inviter, e.inviter_token
FROM audit_entries e
WHERE e./* column */ = $1 AND e.position < $2 AND e.position >= $3
ORDER BY e.position DESC
LIMIT $4
