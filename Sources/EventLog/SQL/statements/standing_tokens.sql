-- Somebody's credentials that were not revoked, the newest first.
SELECT token FROM vault.tokens WHERE person = $1 AND ended IS NULL ORDER BY issued DESC, token
