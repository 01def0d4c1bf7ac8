-- Upkeep as procedures that commit: a function commits only once the client's Sync arrives, so a client that
-- is stopped before it sends that one would hold the locks for as long as it likes, and no timeout fires.
DROP FUNCTION log.make_partition;
DROP FUNCTION log.attach_partition;

-- The bound stands in a CHECK, so that attaching need not read the table. Whoever comes second finds it done.
CREATE PROCEDURE log.make_partition(p_first bigint, p_past bigint)
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

CREATE PROCEDURE log.attach_partition(p_first bigint, p_past bigint)
LANGUAGE plpgsql AS $$
DECLARE
    leaf text := 'events_' || p_first;
    newest text;
BEGIN
    -- Appends queue behind the swap of the view, so it gives up soon and is tried again later.
    PERFORM set_config('lock_timeout', '100ms', true);
    PERFORM pg_advisory_xact_lock(7306920370913281);
    IF NOT EXISTS (SELECT FROM log.partitions WHERE first = p_first) THEN
        EXECUTE format(
            'ALTER TABLE log.events ATTACH PARTITION log.%I FOR VALUES FROM (%s) TO (%s)', leaf, p_first, p_past);
        INSERT INTO log.partitions (first, past) VALUES (p_first, p_past);
        SELECT string_agg(format('SELECT position FROM log.%I', 'events_' || p.first), ' UNION ALL ')
        INTO newest
        FROM (SELECT first FROM log.partitions ORDER BY first DESC LIMIT 2) AS p;
        EXECUTE 'CREATE OR REPLACE VIEW log.newest AS ' || newest;
    END IF;
    COMMIT;
END
$$;

-- Drops what nobody can ask for any more, a slice at a time. A batch is remembered for longer than a backend
-- can outlive its statement's timeout. Rows that somebody else has locked wait for the next time.
CREATE PROCEDURE log.prune()
LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM vault.idempotency_keys
    WHERE ctid IN (
        SELECT ctid FROM vault.idempotency_keys WHERE created < now() - interval '24 hours'
        LIMIT 20000 FOR UPDATE SKIP LOCKED);
    COMMIT;
    DELETE FROM log.writers
    WHERE ctid IN (
        SELECT ctid FROM log.writers WHERE settled < now() - interval '24 hours'
        LIMIT 20000 FOR UPDATE SKIP LOCKED);
    COMMIT;
END
$$;

-- Postgres takes UPDATE as the right to lock a row; changing what a batch came to stays out of reach.
GRANT UPDATE (settled) ON log.writers TO marketplace_commands;
GRANT UPDATE (created) ON vault.idempotency_keys TO marketplace_commands;

REVOKE ALL ON PROCEDURE log.make_partition FROM PUBLIC;
REVOKE ALL ON PROCEDURE log.attach_partition FROM PUBLIC;
REVOKE ALL ON PROCEDURE log.prune FROM PUBLIC;
GRANT EXECUTE ON PROCEDURE log.prune TO marketplace_commands;
