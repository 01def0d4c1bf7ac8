-- Credentials that were issued under an idempotency key.
SELECT token, name, issued, last_used FROM vault.tokens WHERE key = $1
