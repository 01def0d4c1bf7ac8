-- Drops what nobody can ask for any more. A batch is remembered for longer than a backend can outlive
-- its statement's timeout.
WITH keys AS (
    DELETE FROM vault.idempotency_keys WHERE created < now() - interval '24 hours'
)
DELETE FROM log.writers WHERE settled < now() - interval '24 hours'
