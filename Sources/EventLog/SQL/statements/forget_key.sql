-- A key past its 24 hours is free again, also where it was not pruned yet.
DELETE FROM vault.idempotency_keys
WHERE id = $1 AND created < now() - interval '24 hours'
