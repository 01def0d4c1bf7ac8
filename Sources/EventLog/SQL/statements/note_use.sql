-- Remembers that a credential is in use; the minute is enough.
UPDATE vault.tokens SET last_used = now()
WHERE token = $1 AND (last_used IS NULL OR last_used < now() - interval '1 minute')
