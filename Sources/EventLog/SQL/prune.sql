-- Drops what nobody can ask for any more, a slice at a time. A batch is remembered for longer than a backend
-- can outlive its statement's timeout.
WITH keys AS (
    DELETE FROM vault.idempotency_keys
    WHERE ctid IN (SELECT ctid FROM vault.idempotency_keys WHERE created < now() - interval '24 hours' LIMIT 20000)
)
DELETE FROM log.writers
WHERE ctid IN (SELECT ctid FROM log.writers WHERE settled < now() - interval '24 hours' LIMIT 20000)
