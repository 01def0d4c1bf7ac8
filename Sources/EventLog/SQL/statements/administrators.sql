-- Credentials with the scope admin that were not revoked, the newest first.
SELECT token FROM vault.tokens WHERE is_admin AND ended IS NULL ORDER BY issued DESC LIMIT 1000
