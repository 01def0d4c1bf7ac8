-- Appends a batch of commands and commits it, all in one call, so that no client ever holds the lock
-- between two messages.
--
-- Arrays that share a prefix belong together: e_ expectations and guards, v_ events, c_ contents of an
-- event (counted from 1 over the batch), k_ idempotency keys, t_ credentials, a_ artifacts that have to
-- be leased. Commands count from 0. Within a batch no command touches a stream that another appends to.
--
-- outcomes holds for each command the position of its first event, or -1 where a stream has another
-- version than expected, or -2 where an artifact is not leased.
CREATE PROCEDURE log.append(
    p_writer text, p_batch bigint, p_recorded timestamptz, p_commands integer,
    e_command integer[], e_stream text[], e_version bigint[],
    v_command integer[], v_stream text[], v_version bigint[], v_type text[], v_entry bytea[],
    c_event integer[], c_field text[], c_nonce bytea[], c_document bytea[], c_public boolean[],
    k_command integer[], k_actor text[], k_key text[], k_fingerprint bytea[], k_reply bytea[],
    t_command integer[], t_hash bytea[], t_token text[],
    a_command integer[], a_sha256 bytea[],
    OUT outcomes bigint[])
LANGUAGE plpgsql AS $$
DECLARE
    next_position bigint;
    stale integer[];
    unleased integer[] := '{}';
    positions bigint[];
    lasts bigint[];
BEGIN
    -- Alone in its statement: what comes after gets a snapshot that was taken under the lock.
    PERFORM pg_advisory_xact_lock(7306920370913280);

    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'the log is appended to under READ COMMITTED alone' USING ERRCODE = 'ML000';
    END IF;
    IF EXISTS (SELECT FROM log.writers w WHERE w.writer = p_writer AND w.batch = p_batch) THEN
        RAISE EXCEPTION 'the batch is settled already' USING ERRCODE = 'ML001';
    END IF;
    -- statement_timestamp() is when the call arrived, so waiting for the lock is no fault.
    IF abs(extract(epoch FROM p_recorded - statement_timestamp())) > 5 THEN
        RAISE EXCEPTION 'the writer''s clock is off' USING ERRCODE = 'ML002';
    END IF;

    SELECT n.position + 1 INTO next_position FROM log.newest n ORDER BY n.position DESC LIMIT 1;
    next_position := coalesce(next_position, 0);
    IF next_position + cardinality(v_command) > (SELECT max(p.past) FROM log.partitions p) THEN
        RAISE EXCEPTION 'the log has no partition for the next entries' USING ERRCODE = 'ML004';
    END IF;

    stale := ARRAY(
        SELECT DISTINCT e.command
        FROM unnest(e_command, e_stream, e_version) AS e (command, stream, version)
        WHERE e.version <> coalesce(
            (SELECT s.version FROM log.streams s WHERE s.stream = e.stream ORDER BY s.version DESC LIMIT 1), 0));

    IF cardinality(a_command) > 0 THEN
        -- A row that the sweep has locked counts as gone.
        unleased := ARRAY(
            WITH held AS MATERIALIZED (
                SELECT l.sha256 FROM vault.artifact_leases l WHERE l.sha256 = ANY (a_sha256)
                FOR KEY SHARE SKIP LOCKED
            )
            SELECT DISTINCT a.command FROM unnest(a_command, a_sha256) AS a (command, sha256)
            WHERE a.sha256 NOT IN (SELECT h.sha256 FROM held h));
    END IF;

    positions := ARRAY(
        SELECT CASE WHEN v.is_taken
            THEN next_position + count(*) FILTER (WHERE v.is_taken) OVER (ORDER BY v.ordinal) - 1 END
        FROM (
            SELECT u.ordinal, NOT (u.command = ANY (stale) OR u.command = ANY (unleased)) AS is_taken
            FROM unnest(v_command) WITH ORDINALITY AS u (command, ordinal)
        ) AS v
        ORDER BY v.ordinal);

    INSERT INTO log.events (position, stream, version, type, recorded, entry)
    SELECT v.position, v.stream, v.version, v.type, p_recorded, v.entry
    FROM unnest(positions, v_stream, v_version, v_type, v_entry) AS v (position, stream, version, type, entry)
    WHERE v.position IS NOT NULL;

    INSERT INTO log.streams (stream, version, position)
    SELECT v.stream, v.version, v.position
    FROM unnest(positions, v_stream, v_version) AS v (position, stream, version)
    WHERE v.position IS NOT NULL AND v.version IS NOT NULL;

    IF cardinality(c_event) > 0 THEN
        INSERT INTO log.contents (position, field, nonce, document, is_public)
        SELECT positions[c.event], c.field, c.nonce, c.document, c.is_public
        FROM unnest(c_event, c_field, c_nonce, c_document, c_public)
            AS c (event, field, nonce, document, is_public)
        WHERE positions[c.event] IS NOT NULL;
    END IF;

    SELECT array_agg(
               CASE WHEN o.command = ANY (stale) THEN -1 WHEN o.command = ANY (unleased) THEN -2 ELSE o.first END
               ORDER BY o.command),
           array_agg(o.last ORDER BY o.command)
    INTO outcomes, lasts
    FROM (
        SELECT p.command, min(p.position) AS first, max(p.position) AS last
        FROM unnest(v_command, positions) AS p (command, position)
        GROUP BY p.command
    ) AS o;
    outcomes := coalesce(outcomes, '{}');
    IF cardinality(outcomes) <> p_commands THEN
        RAISE EXCEPTION 'a command has no event' USING ERRCODE = 'ML003';
    END IF;

    IF cardinality(k_command) > 0 THEN
        -- A key past its 24 hours is free again.
        DELETE FROM vault.idempotency_keys i
        USING unnest(k_actor, k_key) AS k (actor, key)
        WHERE i.actor = k.actor AND i.key = k.key AND i.created < now() - interval '24 hours';

        INSERT INTO vault.idempotency_keys (actor, key, fingerprint, reply, position)
        SELECT k.actor, k.key, k.fingerprint, k.reply, lasts[k.command + 1]
        FROM unnest(k_command, k_actor, k_key, k_fingerprint, k_reply)
            AS k (command, actor, key, fingerprint, reply)
        WHERE outcomes[k.command + 1] >= 0;
    END IF;

    IF cardinality(t_command) > 0 THEN
        INSERT INTO vault.tokens (hash, token)
        SELECT t.hash, t.token FROM unnest(t_command, t_hash, t_token) AS t (command, hash, token)
        WHERE outcomes[t.command + 1] >= 0;
    END IF;

    IF cardinality(a_command) > 0 THEN
        INSERT INTO vault.artifact_names (sha256)
        SELECT DISTINCT a.sha256 FROM unnest(a_command, a_sha256) AS a (command, sha256)
        WHERE outcomes[a.command + 1] >= 0
        ON CONFLICT (sha256) DO NOTHING;
    END IF;

    INSERT INTO log.writers (writer, batch, outcomes) VALUES (p_writer, p_batch, outcomes);
    COMMIT;
END
$$;

-- Says what became of a batch whose connection was lost at commit. One that is absent is recorded as
-- abandoned, so that an old backend that comes late can't commit it after it was sent again.
CREATE PROCEDURE log.settle(p_writer text, p_batch bigint, OUT is_committed boolean, OUT outcomes bigint[])
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(7306920370913280);
    SELECT w.outcomes INTO outcomes FROM log.writers w WHERE w.writer = p_writer AND w.batch = p_batch;
    IF NOT FOUND THEN
        INSERT INTO log.writers (writer, batch) VALUES (p_writer, p_batch);
    END IF;
    is_committed := outcomes IS NOT NULL;
    outcomes := coalesce(outcomes, '{}');
    COMMIT;
END
$$;

REVOKE ALL ON PROCEDURE log.append FROM PUBLIC;
REVOKE ALL ON PROCEDURE log.settle FROM PUBLIC;
GRANT EXECUTE ON PROCEDURE log.append TO marketplace_commands;
GRANT EXECUTE ON PROCEDURE log.settle TO marketplace_commands;
