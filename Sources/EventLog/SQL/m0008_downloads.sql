-- Downloads wait in a spool on disk until they are appended. How far each spool has been taken is inserted with the
-- append, so that nothing in it is counted twice, whoever sends it and however late: a range of it begins where the one
-- before it ends.
CREATE TABLE log.spools (
    spool uuid NOT NULL,
    start bigint NOT NULL,
    past  bigint NOT NULL CHECK (past > start),
    -- When its file was removed. It is remembered for longer than a backend can outlive its statement's timeout.
    forgotten timestamptz,
    PRIMARY KEY (spool, start)
);
-- Lines of other servers' logs that were taken already, each once.
CREATE TABLE vault.download_lines (
    id    uuid PRIMARY KEY,
    added timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX download_lines_added ON vault.download_lines (added);
-- Postgres takes UPDATE as the right to lock a row.
GRANT SELECT, INSERT, DELETE, UPDATE (forgotten) ON log.spools TO marketplace_commands;
GRANT SELECT, INSERT, DELETE, UPDATE (added) ON vault.download_lines TO marketplace_commands;

DROP PROCEDURE log.append;

-- Appends a batch of commands and commits it, all in one call, so that no client ever holds the lock
-- between two messages.
--
-- Arrays that share a prefix belong together: s_ streams with the version that is expected, e_ which command
-- expects which of these (counted from 1), v_ events, c_ contents of an event (counted from 1 over the batch), k_
-- idempotency keys with their command's last event, t_ credentials, a_ artifacts that have to be leased, u_ user
-- names with who holds them now, m_ mailboxes, x_ contents that go, f_ people whom the vault forgets, d_ ranges of spools,
-- l_ lines of other servers' logs. Commands count from 0. v_version is empty where no event has a version. Within a batch no command touches a stream that
-- another appends to. A stream that an event begins need not stand under s_: the unique index of log.streams fails
-- the batch where it exists.
--
-- first is the position of the first event; the events of the commands that are neither stale (a stream has another
-- version than expected, a range of a spool does not begin where it is now, or a line was taken already) nor unleased (an artifact is not leased) follow each other from there.
CREATE PROCEDURE log.append(
    p_writer text, p_batch bigint, p_recorded timestamptz,
    s_stream text[], s_version bigint[], e_command integer[], e_expected integer[],
    v_command integer[], v_stream text[], v_version bigint[], v_type text[], v_entry bytea[],
    c_event integer[], c_field text[], c_nonce bytea[], c_document bytea[], c_public boolean[],
    k_event integer[], k_id uuid[], k_fingerprint bytea[], k_reply bytea[],
    t_command integer[], t_hash bytea[], t_token text[], t_person text[], t_name text[], t_key uuid[],
    a_command integer[], a_sha256 bytea[],
    u_command integer[], u_username text[], u_person text[],
    m_command integer[], m_person text[], m_address text[],
    x_command integer[], x_position bigint[], x_field text[],
    f_command integer[], f_person text[],
    d_command integer[], d_spool uuid[], d_start bigint[], d_past bigint[],
    l_command integer[], l_line uuid[],
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

    IF cardinality(u_command) > 0 THEN
        -- A name whose id was forgotten meanwhile gets another one.
        stale := stale || ARRAY(
            SELECT u.command::bigint FROM unnest(u_command, u_username) AS u (command, username)
            WHERE NOT EXISTS (SELECT FROM vault.usernames n WHERE n.id = u.username));
    END IF;

    IF cardinality(d_command) > 0 THEN
        stale := stale || ARRAY(
            SELECT d.command::bigint FROM unnest(d_command, d_spool, d_start) AS d (command, spool, start)
            WHERE d.start <> coalesce(
                (SELECT s.past FROM log.spools s WHERE s.spool = d.spool ORDER BY s.start DESC LIMIT 1), 0));
    END IF;
    IF cardinality(l_command) > 0 THEN
        stale := stale || ARRAY(
            SELECT DISTINCT l.command::bigint FROM unnest(l_command, l_line) AS l (command, line)
            WHERE EXISTS (SELECT FROM vault.download_lines t WHERE t.id = l.line));
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
        SELECT array_agg(t.hash), array_agg(t.token), array_agg(t.person), array_agg(t.name), array_agg(t.key)
        INTO t_hash, t_token, t_person, t_name, t_key
        FROM unnest(t_command, t_hash, t_token, t_person, t_name, t_key)
            AS t (command, hash, token, person, name, key)
        WHERE t.command <> ALL (refused);
        SELECT array_agg(u.username), array_agg(u.person)
        INTO u_username, u_person
        FROM unnest(u_command, u_username, u_person) AS u (command, username, person)
        WHERE u.command <> ALL (refused);
        SELECT array_agg(m.person), array_agg(m.address)
        INTO m_person, m_address
        FROM unnest(m_command, m_person, m_address) AS m (command, person, address)
        WHERE m.command <> ALL (refused);
        SELECT array_agg(x.position), array_agg(x.field)
        INTO x_position, x_field
        FROM unnest(x_command, x_position, x_field) AS x (command, position, field)
        WHERE x.command <> ALL (refused);
        SELECT array_agg(f.person)
        INTO f_person
        FROM unnest(f_command, f_person) AS f (command, person)
        WHERE f.command <> ALL (refused);
        SELECT array_agg(d.spool), array_agg(d.start), array_agg(d.past)
        INTO d_spool, d_start, d_past
        FROM unnest(d_command, d_spool, d_start, d_past) AS d (command, spool, start, past)
        WHERE d.command <> ALL (refused);
        SELECT array_agg(l.line)
        INTO l_line
        FROM unnest(l_command, l_line) AS l (command, line)
        WHERE l.command <> ALL (refused);
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
        INSERT INTO vault.tokens (hash, token, person, name, key)
        SELECT t.hash, t.token, t.person, t.name, t.key
        FROM unnest(t_hash, t_token, t_person, t_name, t_key) AS t (hash, token, person, name, key);
    END IF;

    IF cardinality(u_username) > 0 THEN
        UPDATE vault.usernames n SET person = u.person
        FROM unnest(u_username, u_person) AS u (username, person)
        WHERE n.id = u.username;
    END IF;

    IF cardinality(m_person) > 0 THEN
        INSERT INTO vault.mailboxes (person, address)
        SELECT m.person, m.address FROM unnest(m_person, m_address) AS m (person, address);
    END IF;

    IF cardinality(x_position) > 0 THEN
        DELETE FROM log.contents c
        USING unnest(x_position, x_field) AS x (position, field)
        WHERE c.position = x.position AND c.field = x.field;
    END IF;

    IF cardinality(f_person) > 0 THEN
        DELETE FROM vault.mailboxes WHERE person = ANY (f_person);
        DELETE FROM vault.usernames WHERE person = ANY (f_person);
        DELETE FROM vault.flags WHERE reporter = ANY (f_person);
        -- A credential that was issued meanwhile goes as well, and what would issue another one.
        DELETE FROM vault.idempotency_keys i
        USING vault.tokens t
        WHERE t.person = ANY (f_person) AND i.id = t.key;
        DELETE FROM vault.tokens WHERE person = ANY (f_person);
    END IF;

    IF cardinality(a_sha256) > 0 THEN
        INSERT INTO vault.artifact_names (sha256)
        SELECT DISTINCT a.sha256 FROM unnest(a_sha256) AS a (sha256)
        ON CONFLICT (sha256) DO NOTHING;
    END IF;

    IF cardinality(d_spool) > 0 THEN
        INSERT INTO log.spools (spool, start, past)
        SELECT d.spool, d.start, d.past FROM unnest(d_spool, d_start, d_past) AS d (spool, start, past);
    END IF;

    IF cardinality(l_line) > 0 THEN
        INSERT INTO vault.download_lines (id) SELECT l.line FROM unnest(l_line) AS l (line);
    END IF;

    INSERT INTO log.writers (writer, batch, first, stale, unleased)
    VALUES (p_writer, p_batch, first, stale, unleased);
    COMMIT;
END
$$;

REVOKE ALL ON PROCEDURE log.append FROM PUBLIC;
GRANT EXECUTE ON PROCEDURE log.append TO marketplace_commands;

-- What nobody asks for any more goes: of a spool all but the range that was taken last, and lines that are too old to be
-- sent again.
CREATE OR REPLACE PROCEDURE log.prune()
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
    DELETE FROM log.spools
    WHERE ctid IN (
        SELECT s.ctid FROM log.spools s
        WHERE s.forgotten < now() - interval '24 hours'
           OR EXISTS (SELECT FROM log.spools n WHERE n.spool = s.spool AND n.start > s.start)
        LIMIT 20000 FOR UPDATE SKIP LOCKED);
    COMMIT;
    DELETE FROM vault.download_lines
    WHERE ctid IN (
        SELECT ctid FROM vault.download_lines WHERE added < now() - interval '72 hours'
        LIMIT 20000 FOR UPDATE SKIP LOCKED);
    COMMIT;
END
$$;
