SELECT fingerprint, reply, position
FROM vault.idempotency_keys
WHERE actor = $1 AND key = $2 AND created >= now() - interval '24 hours'
