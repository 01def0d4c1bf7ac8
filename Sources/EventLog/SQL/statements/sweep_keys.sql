-- Deletes the rows between two places in the table that nobody asks for any more. Rows that another session has locked are
-- passed over.
DELETE FROM vault.idempotency_keys
WHERE ctid = ANY (ARRAY(
    SELECT t.ctid FROM vault.idempotency_keys t
    WHERE t.ctid >= $1::text::tid AND t.ctid < $2::text::tid AND t.created < now() - interval '24 hours'
    FOR UPDATE SKIP LOCKED))
