-- Roles that some credentials have offered and nobody accepted yet.
SELECT i.id, i.stream, i.invitee AS person, i.role, i.inviter_token AS token
FROM vault.invitations i
WHERE i.inviter_token = ANY ($1::text[]) AND i.expires > now()
ORDER BY i.offered, i.id
LIMIT $2
