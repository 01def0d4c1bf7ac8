-- Partitions are made by the owner of the schema alone, one program at a time; the second program finds it done. These
-- are procedures that commit: a function commits only once the client's Sync arrives, so a client that is stopped before
-- it sends the Sync would hold the locks for as long as it likes, and no timeout fires.

-- The bound stands in a CHECK, so that attaching need not read the table.
CREATE PROCEDURE log_r1.make_partition(p_first bigint, p_past bigint)
LANGUAGE plpgsql AS $$
DECLARE
    leaf text := 'events_' || p_first;
BEGIN
    PERFORM pg_advisory_xact_lock(7306920370913281);
    EXECUTE format('CREATE TABLE IF NOT EXISTS log.%I (LIKE log.events INCLUDING ALL)', leaf);
    IF NOT EXISTS (SELECT FROM pg_constraint WHERE conname = leaf || '_bound') THEN
        EXECUTE format(
            'ALTER TABLE log.%I ADD CONSTRAINT %I CHECK (position >= %s AND position < %s)',
            leaf, leaf || '_bound', p_first, p_past);
    END IF;
    COMMIT;
END
$$;

CREATE PROCEDURE log_r1.attach_partition(p_first bigint, p_past bigint, p_patience text)
LANGUAGE plpgsql AS $$
DECLARE
    leaf text := 'events_' || p_first;
    newest text;
BEGIN
    -- Appends queue behind the swap of the view, so it gives up soon and is tried again later.
    PERFORM set_config('lock_timeout', p_patience, true);
    PERFORM pg_advisory_xact_lock(7306920370913281);
    IF NOT EXISTS (SELECT FROM log.partitions WHERE first = p_first) THEN
        EXECUTE format(
            'ALTER TABLE log.events ATTACH PARTITION log.%I FOR VALUES FROM (%s) TO (%s)', leaf, p_first, p_past);
        INSERT INTO log.partitions (first, past) VALUES (p_first, p_past);
        SELECT string_agg(format('SELECT position, recorded FROM log.%I', 'events_' || p.first), ' UNION ALL ')
        INTO newest
        FROM (SELECT first FROM log.partitions ORDER BY first DESC LIMIT 2) AS p;
        EXECUTE 'CREATE OR REPLACE VIEW log.newest AS ' || newest;
    END IF;
    COMMIT;
END
$$;

REVOKE ALL ON PROCEDURE log_r1.make_partition FROM PUBLIC;
REVOKE ALL ON PROCEDURE log_r1.attach_partition FROM PUBLIC;
