-- Somebody's credentials, the newest first.
SELECT token, name, issued, last_used
FROM vault.tokens
WHERE person = $1
ORDER BY issued DESC, token
LIMIT $2
