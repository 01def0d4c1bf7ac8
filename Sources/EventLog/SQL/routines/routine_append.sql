-- Appends a batch of commands and commits it, all in one call, so that no client holds the lock between two messages.
--
-- Arrays that share a prefix belong together: s_ streams with the version that is expected, e_ which command expects
-- which of these (counted from 1), v_ events, c_ contents of an event (counted from 1 over the batch), k_ idempotency
-- keys with their command's last event (0 where it has none). Each kind of effect adds arrays of its own, whose prefix
-- is its name. Commands count from 0. v_version is empty where no event has a version. Within a batch no two commands
-- change the same stream with versions or share a claim. A stream that an event begins need not stand under s_: the
-- unique index of log.streams fails the batch where the stream exists.
--
-- first is the position of the first event. refused are the commands of which nothing happened, and reasons the reason
-- of each; the events of the others follow each other from first.
CREATE PROCEDURE log_r1.append(
    p_writer text, p_batch bigint, p_recorded timestamptz, p_commands integer,
    s_stream uuid[], s_version bigint[], e_command integer[], e_expected integer[],
    v_command integer[], v_stream text[], v_id uuid[], v_version bigint[], v_type text[], v_slice integer[],
    v_entry bytea[],
    c_event integer[], c_field text[], c_nonce bytea[], c_document bytea[], c_public boolean[],
    k_command integer[], k_event integer[], k_id uuid[], k_fingerprint bytea[], k_reply bytea[],
    /* parameters of effects */
    OUT first bigint, OUT refused bigint[], OUT reasons text[])
LANGUAGE plpgsql AS $$
DECLARE
    past bigint;
    -- Log time: what is recorded never goes back, even if a clock does.
    latest timestamptz;
    is_settled boolean;
    is_moved boolean[];
    -- Subscripted by command: a look-up by subscript costs the same however many commands are refused.
    taken boolean[] := array_fill(true, ARRAY[p_commands]);
    -- The rank of each event among those that are appended; 0 where its command is refused.
    numbers integer[];
    verdict record;
BEGIN
    -- Alone in its statement: the statements after it get a snapshot that was taken under the lock.
    PERFORM pg_advisory_xact_lock(7306920370913280);

    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'the log is appended to under READ COMMITTED alone' USING ERRCODE = 'ML000';
    END IF;
    -- statement_timestamp() is when the server received the call, so waiting for the lock is no fault.
    IF abs(extract(epoch FROM p_recorded - statement_timestamp())) > 5 THEN
        RAISE EXCEPTION 'the writer''s clock is off' USING ERRCODE = 'ML002';
    END IF;

    SELECT coalesce(head.position + 1, 0), head.recorded,
           coalesce((SELECT p.past FROM log.partitions p ORDER BY p.past DESC LIMIT 1), 0),
           EXISTS (SELECT FROM log.writers w WHERE w.writer = p_writer AND w.batch = p_batch)
    INTO first, latest, past, is_settled
    FROM (VALUES (1)) AS one
    LEFT JOIN LATERAL (
        SELECT n.position, n.recorded FROM log.newest n ORDER BY n.position DESC LIMIT 1
    ) AS head ON true;
    IF is_settled THEN
        RAISE EXCEPTION 'the batch is settled already' USING ERRCODE = 'ML001';
    END IF;
    IF first + cardinality(v_command) > past THEN
        RAISE EXCEPTION 'the log has no partition for the next entries' USING ERRCODE = 'ML004';
    END IF;

    -- All checks come before anything is done. The first reason to refuse a command stands.
    refused := '{}';
    reasons := '{}';
    IF cardinality(s_stream) > 0 THEN
        is_moved := ARRAY(
            SELECT s.version <> coalesce(
                (SELECT k.version FROM log.streams k WHERE k.id = s.stream ORDER BY k.version DESC LIMIT 1), 0)
            FROM unnest(s_stream, s_version) WITH ORDINALITY AS s (stream, version, ordinal)
            ORDER BY s.ordinal);
        IF true = ANY (is_moved) THEN
            FOR verdict IN
                SELECT e.command, 'stale' AS reason
                FROM unnest(e_command, e_expected) AS e (command, expected)
                WHERE is_moved[e.expected]
            LOOP
                IF taken[verdict.command + 1] THEN
                    taken[verdict.command + 1] := false;
                    refused := refused || verdict.command::bigint;
                    reasons := reasons || verdict.reason;
                END IF;
            END LOOP;
        END IF;
    END IF;
    /* checks of effects */

    IF cardinality(refused) = 0 THEN
        numbers := ARRAY(SELECT generate_series(1, cardinality(v_command)));
    ELSE
        numbers := ARRAY(
            SELECT CASE WHEN v.is_taken THEN count(*) FILTER (WHERE v.is_taken) OVER (ORDER BY v.ordinal) ELSE 0 END
            FROM (
                SELECT u.ordinal, taken[u.command + 1] AS is_taken
                FROM unnest(v_command) WITH ORDINALITY AS u (command, ordinal)
            ) AS v
            ORDER BY v.ordinal);
    END IF;

    -- First, since a stream that exists already fails the batch here.
    IF cardinality(v_version) > 0 THEN
        INSERT INTO log.streams (id, version, position)
        SELECT v.id, v.version, first + numbers[v.ordinal] - 1
        FROM unnest(v_id, v_version) WITH ORDINALITY AS v (id, version, ordinal)
        WHERE v.version IS NOT NULL AND numbers[v.ordinal] > 0;
    END IF;

    IF cardinality(v_command) > 0 THEN
        INSERT INTO log.events (position, stream, version, type, slice, recorded, entry)
        SELECT first + numbers[v.ordinal] - 1, v.stream, v.version, v.type, v.slice, greatest(p_recorded, latest), v.entry
        FROM unnest(v_stream, v_version, v_type, v_slice, v_entry)
            WITH ORDINALITY AS v (stream, version, type, slice, entry, ordinal)
        WHERE numbers[v.ordinal] > 0;
    END IF;

    IF cardinality(c_event) > 0 THEN
        INSERT INTO log.contents (position, field, nonce, document, is_public)
        SELECT first + numbers[c.event] - 1, c.field, c.nonce, c.document, c.is_public
        FROM unnest(c_event, c_field, c_nonce, c_document, c_public)
            AS c (event, field, nonce, document, is_public)
        WHERE numbers[c.event] > 0;
    END IF;

    IF cardinality(k_command) > 0 THEN
        INSERT INTO vault.idempotency_keys (id, fingerprint, reply, position)
        SELECT k.id, k.fingerprint, k.reply, CASE WHEN k.event > 0 THEN first + numbers[k.event] - 1 END
        FROM unnest(k_command, k_event, k_id, k_fingerprint, k_reply)
            AS k (command, event, id, fingerprint, reply)
        WHERE taken[k.command + 1];
    END IF;

    /* doings of effects */

    INSERT INTO log.writers (writer, batch, first, refused, reasons)
    VALUES (p_writer, p_batch, first, refused, reasons);
    COMMIT;
END
$$;
REVOKE ALL ON PROCEDURE log_r1.append FROM PUBLIC;
GRANT EXECUTE ON PROCEDURE log_r1.append TO marketplace_commands;
