-- Less to do under the lock: a batch comes to the position of its first event and the commands that were refused,
-- positions are counted and not looked up, and an idempotency key is 16 bytes wide.
DROP PROCEDURE log.append;
DROP PROCEDURE log.settle;

-- No first position: abandoned, and never to be committed. What was settled before only a writer of before asks for.
ALTER TABLE log.writers
    DROP COLUMN outcomes,
    ADD COLUMN first bigint,
    ADD COLUMN stale bigint[],
    ADD COLUMN unleased bigint[];

-- The first half of SHA-256(actor ‖ key).
ALTER TABLE vault.idempotency_keys ADD COLUMN id uuid;
UPDATE vault.idempotency_keys
SET id = encode(substr(sha256(convert_to(actor || key, 'UTF8')), 1, 16), 'hex')::uuid;
ALTER TABLE vault.idempotency_keys
    DROP CONSTRAINT idempotency_keys_once,
    DROP COLUMN actor,
    DROP COLUMN key,
    ADD CONSTRAINT idempotency_keys_once PRIMARY KEY (id);

-- Appends a batch of commands and commits it, all in one call, so that no client ever holds the lock
-- between two messages.
--
-- Arrays that share a prefix belong together: s_ streams with the version that is expected, e_ which command
-- expects which of these (counted from 1), v_ events, c_ contents of an event (counted from 1 over the batch), k_
-- idempotency keys with their command's last event, t_ credentials, a_ artifacts that have to be leased. Commands
-- count from 0. v_version is empty where no event has a version. Within a batch no command touches a stream that
-- another appends to. A stream that an event begins need not stand under s_: the unique index of log.streams fails
-- the batch where it exists.
--
-- first is the position of the first event; the events of the commands that are neither stale (a stream has another
-- version than expected) nor unleased (an artifact is not leased) follow each other from there.
CREATE PROCEDURE log.append(
    p_writer text, p_batch bigint, p_recorded timestamptz,
    s_stream text[], s_version bigint[], e_command integer[], e_expected integer[],
    v_command integer[], v_stream text[], v_version bigint[], v_type text[], v_entry bytea[],
    c_event integer[], c_field text[], c_nonce bytea[], c_document bytea[], c_public boolean[],
    k_event integer[], k_id uuid[], k_fingerprint bytea[], k_reply bytea[],
    t_command integer[], t_hash bytea[], t_token text[],
    a_command integer[], a_sha256 bytea[],
    OUT first bigint, OUT stale bigint[], OUT unleased bigint[])
LANGUAGE plpgsql AS $$
DECLARE
    past bigint;
    is_settled boolean;
    moved bigint[];
    refused bigint[];
    numbers integer[];
BEGIN
    -- Alone in its statement: what comes after gets a snapshot that was taken under the lock.
    PERFORM pg_advisory_xact_lock(7306920370913280);

    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'the log is appended to under READ COMMITTED alone' USING ERRCODE = 'ML000';
    END IF;
    -- statement_timestamp() is when the server took the call up, so waiting for the lock is no fault.
    IF abs(extract(epoch FROM p_recorded - statement_timestamp())) > 5 THEN
        RAISE EXCEPTION 'the writer''s clock is off' USING ERRCODE = 'ML002';
    END IF;

    SELECT coalesce((SELECT n.position + 1 FROM log.newest n ORDER BY n.position DESC LIMIT 1), 0),
           coalesce((SELECT max(p.past) FROM log.partitions p), 0),
           EXISTS (SELECT FROM log.writers w WHERE w.writer = p_writer AND w.batch = p_batch)
    INTO first, past, is_settled;
    IF is_settled THEN
        RAISE EXCEPTION 'the batch is settled already' USING ERRCODE = 'ML001';
    END IF;
    IF first + cardinality(v_command) > past THEN
        RAISE EXCEPTION 'the log has no partition for the next entries' USING ERRCODE = 'ML004';
    END IF;

    stale := '{}';
    unleased := '{}';
    IF cardinality(s_stream) > 0 THEN
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

    refused := stale || unleased;
    IF cardinality(refused) > 0 THEN
        -- What belongs to a command that is refused leaves the arrays, and events are numbered anew.
        numbers := ARRAY(
            SELECT CASE WHEN v.is_taken THEN count(*) FILTER (WHERE v.is_taken) OVER (ORDER BY v.ordinal) END
            FROM (
                SELECT u.ordinal, u.command <> ALL (refused) AS is_taken
                FROM unnest(v_command) WITH ORDINALITY AS u (command, ordinal)
            ) AS v
            ORDER BY v.ordinal);
        SELECT array_agg(v.stream ORDER BY v.number), array_agg(v.version ORDER BY v.number),
               array_agg(v.type ORDER BY v.number), array_agg(v.entry ORDER BY v.number)
        INTO v_stream, v_version, v_type, v_entry
        FROM unnest(numbers, v_stream, v_version, v_type, v_entry) AS v (number, stream, version, type, entry)
        WHERE v.number IS NOT NULL;
        SELECT array_agg(numbers[c.event]), array_agg(c.field), array_agg(c.nonce), array_agg(c.document),
               array_agg(c.is_public)
        INTO c_event, c_field, c_nonce, c_document, c_public
        FROM unnest(c_event, c_field, c_nonce, c_document, c_public) AS c (event, field, nonce, document, is_public)
        WHERE numbers[c.event] IS NOT NULL;
        SELECT array_agg(numbers[k.event]), array_agg(k.id), array_agg(k.fingerprint), array_agg(k.reply)
        INTO k_event, k_id, k_fingerprint, k_reply
        FROM unnest(k_event, k_id, k_fingerprint, k_reply) AS k (event, id, fingerprint, reply)
        WHERE numbers[k.event] IS NOT NULL;
        SELECT array_agg(t.hash), array_agg(t.token)
        INTO t_hash, t_token
        FROM unnest(t_command, t_hash, t_token) AS t (command, hash, token)
        WHERE t.command <> ALL (refused);
        SELECT array_agg(a.sha256)
        INTO a_sha256
        FROM unnest(a_command, a_sha256) AS a (command, sha256)
        WHERE a.command <> ALL (refused);
    END IF;

    -- First, since this is where a stream that exists already fails the batch.
    IF cardinality(v_version) > 0 THEN
        INSERT INTO log.streams (stream, version, position)
        SELECT v.stream, v.version, first + v.number - 1
        FROM unnest(v_stream, v_version) WITH ORDINALITY AS v (stream, version, number)
        WHERE v.version IS NOT NULL;
    END IF;

    INSERT INTO log.events (position, stream, version, type, recorded, entry)
    SELECT first + v.number - 1, v.stream, v.version, v.type, p_recorded, v.entry
    FROM unnest(v_stream, v_version, v_type, v_entry) WITH ORDINALITY AS v (stream, version, type, entry, number);

    IF cardinality(c_event) > 0 THEN
        INSERT INTO log.contents (position, field, nonce, document, is_public)
        SELECT first + c.event - 1, c.field, c.nonce, c.document, c.is_public
        FROM unnest(c_event, c_field, c_nonce, c_document, c_public)
            AS c (event, field, nonce, document, is_public);
    END IF;

    IF cardinality(k_event) > 0 THEN
        INSERT INTO vault.idempotency_keys (id, fingerprint, reply, position)
        SELECT k.id, k.fingerprint, k.reply, first + k.event - 1
        FROM unnest(k_event, k_id, k_fingerprint, k_reply) AS k (event, id, fingerprint, reply);
    END IF;

    IF cardinality(t_hash) > 0 THEN
        INSERT INTO vault.tokens (hash, token)
        SELECT t.hash, t.token FROM unnest(t_hash, t_token) AS t (hash, token);
    END IF;

    IF cardinality(a_sha256) > 0 THEN
        INSERT INTO vault.artifact_names (sha256)
        SELECT DISTINCT a.sha256 FROM unnest(a_sha256) AS a (sha256)
        ON CONFLICT (sha256) DO NOTHING;
    END IF;

    INSERT INTO log.writers (writer, batch, first, stale, unleased)
    VALUES (p_writer, p_batch, first, stale, unleased);
    COMMIT;
END
$$;

-- What became of a batch; one that did not commit never will.
CREATE PROCEDURE log.settle(
    p_writer text, p_batch bigint, OUT is_committed boolean, OUT first bigint, OUT stale bigint[],
    OUT unleased bigint[])
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(7306920370913280);
    SELECT w.first, w.stale, w.unleased INTO first, stale, unleased
    FROM log.writers w WHERE w.writer = p_writer AND w.batch = p_batch;
    IF NOT FOUND THEN
        INSERT INTO log.writers (writer, batch) VALUES (p_writer, p_batch);
    END IF;
    is_committed := first IS NOT NULL;
    COMMIT;
END
$$;

REVOKE ALL ON PROCEDURE log.append FROM PUBLIC;
REVOKE ALL ON PROCEDURE log.settle FROM PUBLIC;
GRANT EXECUTE ON PROCEDURE log.append TO marketplace_commands;
GRANT EXECUTE ON PROCEDURE log.settle TO marketplace_commands;
