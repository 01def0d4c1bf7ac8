-- Somebody's credentials, the newest first: those that have not ended before the others.
SELECT token, name, issued, last_used
FROM vault.tokens
WHERE person = $1
ORDER BY ended IS NOT NULL, issued DESC, token
LIMIT $2
