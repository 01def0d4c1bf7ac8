-- What somebody was offered and has offered, the newest first.
SELECT id, stream, inviter, inviter_token, invitee, role, offered, expires
FROM vault.invitations
WHERE (invitee = $1 OR inviter = $1) AND expires > now()
ORDER BY offered DESC, id
LIMIT $2
