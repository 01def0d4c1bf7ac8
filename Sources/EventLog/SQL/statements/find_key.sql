SELECT fingerprint, reply, position
FROM vault.idempotency_keys
WHERE id = $1 AND created >= now() - interval '24 hours'
