SELECT id, stream, inviter, inviter_token, invitee, role, offered, expires
FROM vault.invitations
WHERE id = $1 AND expires > now()
