-- The roles, each with what its part needs. They belong to the whole server, so another database of it, or whoever
-- prepared the database, may have made them already. Where they are no logins yet, the owner takes them on.
DO $$
DECLARE
    wanted text;
    makes_roles constant boolean := (SELECT rolcreaterole AND NOT rolsuper FROM pg_roles WHERE rolname = current_user);
BEGIN
    FOREACH wanted IN ARRAY
        ARRAY['marketplace_commands', 'marketplace_projectors', 'marketplace_queries', 'marketplace_relays',
              'marketplace_readers']
    LOOP
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
                EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
            END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;
        END;
        IF makes_roles AND NOT pg_has_role(current_user, wanted, 'MEMBER') THEN
            EXECUTE format('GRANT %I TO CURRENT_USER', wanted);
        END IF;
    END LOOP;
END
$$;

-- Parts that can't change the schema look whether it is the one that they know.
GRANT SELECT ON public.schema_steps TO marketplace_projectors, marketplace_queries, marketplace_relays;

CREATE SCHEMA log;
GRANT USAGE ON SCHEMA log
    TO marketplace_commands, marketplace_projectors, marketplace_queries, marketplace_relays, marketplace_readers;

-- The log. Columns beside the entry are caches of what its bytes say. recorded is log time: the latest time of recording
-- of this entry and all before it, so it never goes back.
CREATE TABLE log.events (
    position bigint NOT NULL,
    stream   text COLLATE "C" NOT NULL,
    version  bigint,
    type     text COLLATE "C" NOT NULL,
    slice    smallint NOT NULL,
    recorded timestamptz NOT NULL,
    entry    bytea NOT NULL CHECK (octet_length(entry) <= 65535),
    PRIMARY KEY (position)
) PARTITION BY RANGE (position);
GRANT SELECT ON log.events
    TO marketplace_commands, marketplace_projectors, marketplace_queries, marketplace_relays, marketplace_readers;
GRANT INSERT ON log.events TO marketplace_commands;

-- The id of the log, chosen once by the first program that opens it.
CREATE TABLE log.identity (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    id      text COLLATE "C" NOT NULL
);
GRANT SELECT, INSERT ON log.identity TO marketplace_commands;
GRANT SELECT ON log.identity TO marketplace_projectors, marketplace_queries, marketplace_relays, marketplace_readers;

-- The edition of the vocabulary up to which types are written. `marketplace upgrade finish` raises it, once no program is
-- left that knows an earlier one only.
CREATE TABLE log.vocabulary (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    edition integer NOT NULL
);
INSERT INTO log.vocabulary (edition) VALUES (1);
GRANT SELECT ON log.vocabulary
    TO marketplace_commands, marketplace_projectors, marketplace_queries, marketplace_readers;

-- The programs that work on this database, each for as long as it says so.
CREATE TABLE log.programs (
    id      uuid PRIMARY KEY,
    login   text COLLATE "C" NOT NULL,
    program text COLLATE "C" NOT NULL,
    part    text COLLATE "C" NOT NULL,
    edition integer NOT NULL,
    -- Each projection with the version of it that the program reads or fills.
    models  text[] COLLATE "C" NOT NULL,
    begun   timestamptz NOT NULL DEFAULT clock_timestamp(),
    seen    timestamptz NOT NULL DEFAULT clock_timestamp()
);
-- Who knows an id could end the lease.
GRANT SELECT (login, program, part, edition, models, begun, seen) ON log.programs
    TO marketplace_commands, marketplace_projectors, marketplace_queries, marketplace_readers;

-- Begins or renews a lease; returns the edition that is written. A program that knows only an earlier edition gets no
-- lease. A login can begin 500 at once, so that it can't exhaust those of others; renewing always works. An operator
-- reads the names on a terminal, so they are printable ASCII of at most 100 characters.
CREATE FUNCTION log.keep_lease(
    p_id uuid, p_program text, p_part text, p_edition integer, p_models text[]
) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    written integer;
BEGIN
    -- Not while an upgrade is finished, which looks at the leases under the other lock on this row.
    SELECT v.edition INTO written FROM log.vocabulary v FOR SHARE;
    IF written > p_edition THEN RETURN written; END IF;
    UPDATE log.programs g SET seen = clock_timestamp() WHERE g.id = p_id;
    IF FOUND THEN RETURN written; END IF;
    DELETE FROM log.programs g WHERE g.seen < clock_timestamp() - interval '1 minute';
    IF (SELECT count(*) FROM log.programs g WHERE g.login = session_user) >= 500 THEN
        RAISE EXCEPTION '500 programs of one login hold a lease';
    END IF;
    INSERT INTO log.programs (id, login, program, part, edition, models)
    VALUES (p_id, session_user, regexp_replace(left(p_program, 100), '[^ -~]', '?', 'g'),
            regexp_replace(left(p_part, 100), '[^ -~]', '?', 'g'), p_edition,
            ARRAY(SELECT regexp_replace(left(m.model, 100), '[^ -~]', '?', 'g')
                  FROM unnest(p_models) AS m (model) WHERE m.model IS NOT NULL LIMIT 100));
    RETURN written;
END
$$;

CREATE FUNCTION log.end_lease(p_id uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM log.programs g WHERE g.id = p_id;
END
$$;
REVOKE ALL ON FUNCTION log.keep_lease, log.end_lease FROM PUBLIC;
GRANT EXECUTE ON FUNCTION log.keep_lease, log.end_lease
    TO marketplace_commands, marketplace_projectors, marketplace_queries;

-- The partitions of log.events; the view log.newest reads the two newest.
CREATE TABLE log.partitions (
    first bigint PRIMARY KEY,
    past  bigint NOT NULL UNIQUE
);
GRANT SELECT ON log.partitions TO marketplace_commands, marketplace_readers;

-- Decides versions across partitions, and is how a stream is read. The id is the first half of the SHA-256 of the
-- stream's name, so that the index stays narrow. Rows are only inserted.
CREATE TABLE log.streams (
    id       uuid NOT NULL,
    version  bigint NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (id, version)
);
GRANT SELECT, INSERT ON log.streams TO marketplace_commands;
GRANT SELECT ON log.streams TO marketplace_projectors, marketplace_queries, marketplace_readers;

-- What people wrote, each under a commitment that stands in the entry at the position.
CREATE TABLE log.contents (
    position  bigint NOT NULL,
    field     text COLLATE "C" NOT NULL,
    nonce     bytea NOT NULL CHECK (octet_length(nonce) = 32),
    document  bytea NOT NULL CHECK (octet_length(document) <= 32768),
    is_public boolean NOT NULL,
    PRIMARY KEY (position, field)
);
GRANT SELECT, INSERT, DELETE ON log.contents TO marketplace_commands;
GRANT SELECT ON log.contents TO marketplace_projectors, marketplace_readers;
-- What everybody may read of them, with the nonces that make commitments checkable.
CREATE VIEW log.public_contents WITH (security_barrier) AS
SELECT c.position, c.field, c.nonce, c.document FROM log.contents c WHERE c.is_public;
GRANT SELECT ON log.public_contents TO marketplace_queries, marketplace_readers;

-- What became of each batch that a writer sent. A batch without a first position is abandoned and is never committed.
-- A row is kept for longer than a backend can outlive its statement's timeout.
CREATE TABLE log.writers (
    writer  text COLLATE "C" NOT NULL,
    batch   bigint NOT NULL,
    first   bigint,
    refused bigint[] NOT NULL DEFAULT '{}',
    reasons text[] NOT NULL DEFAULT '{}',
    settled timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (writer, batch)
);
-- Postgres takes UPDATE as the right to lock a row; what a batch came to can't be changed.
GRANT SELECT, INSERT, DELETE, UPDATE (settled) ON log.writers TO marketplace_commands;

-- How far each spool of downloads was appended: a range begins where the range before it ended. Rows are only inserted.
CREATE TABLE log.spools (
    spool     uuid NOT NULL,
    start     bigint NOT NULL,
    past      bigint NOT NULL CHECK (past > start),
    -- When the spool's file was removed. The row is kept for longer than a backend can outlive its statement's timeout.
    forgotten timestamptz,
    PRIMARY KEY (spool, start)
);
GRANT SELECT, INSERT, DELETE, UPDATE (forgotten) ON log.spools TO marketplace_commands;

-- The newest positions with their log time, read through the newest partitions alone: reading the head through the parent
-- probes every partition. Replaced whenever a partition is attached.
CREATE VIEW log.newest AS SELECT NULL::bigint AS position, NULL::timestamptz AS recorded WHERE false;
GRANT SELECT ON log.newest
    TO marketplace_commands, marketplace_projectors, marketplace_queries, marketplace_relays, marketplace_readers;
