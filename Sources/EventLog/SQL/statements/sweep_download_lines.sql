-- Deletes the rows between two places in the table that nobody asks for any more. Rows that another session has locked are
-- passed over.
DELETE FROM vault.download_lines
WHERE ctid = ANY (ARRAY(
    SELECT t.ctid FROM vault.download_lines t
    WHERE t.ctid >= $1::text::tid AND t.ctid < $2::text::tid AND t.added < now() - interval '72 hours'
    FOR UPDATE SKIP LOCKED))
