-- Deletes the rows between two places in the table that nobody asks for any more. Rows that another session has locked are
-- passed over.
DELETE FROM log.writers
WHERE ctid = ANY (ARRAY(
    SELECT t.ctid FROM log.writers t
    WHERE t.ctid >= $1::text::tid AND t.ctid < $2::text::tid AND t.settled < now() - interval '24 hours'
    FOR UPDATE SKIP LOCKED))
