-- Says what became of a batch. A batch that has not committed is recorded as abandoned and never will.
CREATE PROCEDURE log_r1.settle(
    p_writer text, p_batch bigint, OUT is_committed boolean, OUT first bigint, OUT refused bigint[],
    OUT reasons text[])
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(7306920370913280);
    SELECT w.first, w.refused, w.reasons INTO first, refused, reasons
    FROM log.writers w WHERE w.writer = p_writer AND w.batch = p_batch;
    IF NOT FOUND THEN
        INSERT INTO log.writers (writer, batch) VALUES (p_writer, p_batch);
    END IF;
    is_committed := first IS NOT NULL;
    COMMIT;
END
$$;
REVOKE ALL ON PROCEDURE log_r1.settle FROM PUBLIC;
GRANT EXECUTE ON PROCEDURE log_r1.settle TO marketplace_commands;
