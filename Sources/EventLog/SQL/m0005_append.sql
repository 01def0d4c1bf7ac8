-- The append asks once for each stream that several commands of a batch expect or guard, and looks for expired
-- keys only where one stands in the way (the writer does).
DROP PROCEDURE log.append;

-- Appends a batch of commands and commits it, all in one call, so that no client ever holds the lock
-- between two messages.
--
-- Arrays that share a prefix belong together: s_ streams with the version that is expected, e_ which command
-- expects which of these (counted from 1), v_ events, c_ contents of an event (counted from 1 over the batch), k_
-- idempotency keys, t_ credentials, a_ artifacts that have to be leased. Commands count from 0. Within a batch no
-- command touches a stream that another appends to.
--
-- outcomes holds for each command the position of its first event, or -1 where a stream has another
-- version than expected, or -2 where an artifact is not leased.
CREATE PROCEDURE log.append(
    p_writer text, p_batch bigint, p_recorded timestamptz, p_commands integer,
    s_stream text[], s_version bigint[], e_command integer[], e_expected integer[],
    v_command integer[], v_stream text[], v_version bigint[], v_type text[], v_entry bytea[],
    c_event integer[], c_field text[], c_nonce bytea[], c_document bytea[], c_public boolean[],
    k_command integer[], k_actor text[], k_key text[], k_fingerprint bytea[], k_reply bytea[],
    t_command integer[], t_hash bytea[], t_token text[],
    a_command integer[], a_sha256 bytea[],
    OUT outcomes bigint[])
LANGUAGE plpgsql AS $$
DECLARE
    next_position bigint;
    moved bigint[];
    stale integer[] := '{}';
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

    moved := ARRAY(
        SELECT s.ordinal
        FROM unnest(s_stream, s_version) WITH ORDINALITY AS s (stream, version, ordinal)
        WHERE s.version <> coalesce(
            (SELECT k.version FROM log.streams k WHERE k.stream = s.stream ORDER BY k.version DESC LIMIT 1), 0));
    IF cardinality(moved) > 0 THEN
        stale := ARRAY(
            SELECT DISTINCT e.command FROM unnest(e_command, e_expected) AS e (command, expected)
            WHERE e.expected = ANY (moved));
    END IF;

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

REVOKE ALL ON PROCEDURE log.append FROM PUBLIC;
GRANT EXECUTE ON PROCEDURE log.append TO marketplace_commands;
