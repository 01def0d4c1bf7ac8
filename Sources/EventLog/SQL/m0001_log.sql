-- Three roles, each with what its front needs; they belong to the whole server, so another database of
-- it may have made them already.
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['marketplace_commands', 'marketplace_queries', 'marketplace_projectors'] LOOP
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
                EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
            END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;
        END;
        IF NOT pg_has_role(current_user, wanted, 'MEMBER') THEN
            EXECUTE format('GRANT %I TO CURRENT_USER', wanted);
        END IF;
    END LOOP;
END
$$;

CREATE SCHEMA log;
CREATE SCHEMA vault;
GRANT USAGE ON SCHEMA log TO marketplace_commands, marketplace_queries, marketplace_projectors;
GRANT USAGE ON SCHEMA vault TO marketplace_commands;

-- The log. Columns beside the entry are caches of what its bytes say.
CREATE TABLE log.events (
    position bigint NOT NULL,
    stream   text COLLATE "C" NOT NULL,
    version  bigint,
    type     text COLLATE "C" NOT NULL,
    recorded timestamptz NOT NULL,
    entry    bytea NOT NULL CHECK (octet_length(entry) <= 65535),
    PRIMARY KEY (position)
) PARTITION BY RANGE (position);
GRANT SELECT ON log.events TO marketplace_commands, marketplace_queries, marketplace_projectors;
GRANT INSERT ON log.events TO marketplace_commands;

-- The id of the log, chosen once by the program that gets here first.
CREATE TABLE log.identity (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    id      text COLLATE "C" NOT NULL
);
GRANT SELECT, INSERT ON log.identity TO marketplace_commands;
GRANT SELECT ON log.identity TO marketplace_queries, marketplace_projectors;

-- Which partitions there are; the two newest stand behind log.newest.
CREATE TABLE log.partitions (
    first bigint PRIMARY KEY,
    past  bigint NOT NULL UNIQUE
);
GRANT SELECT ON log.partitions TO marketplace_commands;

-- Decides versions across partitions and is how a stream is read. Only ever inserted into.
CREATE TABLE log.streams (
    stream   text COLLATE "C" NOT NULL,
    version  bigint NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (stream, version)
);
GRANT SELECT, INSERT ON log.streams TO marketplace_commands;
GRANT SELECT ON log.streams TO marketplace_queries, marketplace_projectors;

-- What people wrote, each under a commitment that stands in the entry at the position.
CREATE TABLE log.contents (
    position  bigint NOT NULL,
    field     text COLLATE "C" NOT NULL,
    nonce     bytea NOT NULL CHECK (octet_length(nonce) = 32),
    document  bytea NOT NULL CHECK (octet_length(document) <= 32768),
    is_public boolean NOT NULL,
    PRIMARY KEY (position, field)
);
GRANT SELECT, INSERT ON log.contents TO marketplace_commands;
GRANT SELECT ON log.contents TO marketplace_projectors;

-- What became of each batch that a writer sent; no outcomes: abandoned, and never to be committed.
CREATE TABLE log.writers (
    writer   text COLLATE "C" NOT NULL,
    batch    bigint NOT NULL,
    outcomes bigint[],
    settled  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (writer, batch)
);
CREATE INDEX writers_settled ON log.writers (settled);
GRANT SELECT, INSERT, DELETE ON log.writers TO marketplace_commands;

CREATE TABLE vault.idempotency_keys (
    actor       text COLLATE "C" NOT NULL,
    key         text COLLATE "C" NOT NULL,
    fingerprint bytea NOT NULL,
    reply       bytea NOT NULL,
    position    bigint NOT NULL,
    created     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT idempotency_keys_once PRIMARY KEY (actor, key)
);
CREATE INDEX idempotency_keys_created ON vault.idempotency_keys (created);
GRANT SELECT, INSERT, DELETE ON vault.idempotency_keys TO marketplace_commands;

CREATE TABLE vault.tokens (
    hash  bytea PRIMARY KEY CHECK (octet_length(hash) = 32),
    token text COLLATE "C" NOT NULL UNIQUE
);
GRANT SELECT, INSERT ON vault.tokens TO marketplace_commands;

-- The random id that stands for a folded user name, made once, before its stream is.
CREATE TABLE vault.usernames (
    name text COLLATE "C" PRIMARY KEY,
    id   text COLLATE "C" NOT NULL UNIQUE
);
GRANT SELECT, INSERT ON vault.usernames TO marketplace_commands;

-- Who has announced the bytes of a digest, and since when; and which digests entries name for good.
CREATE TABLE vault.artifact_leases (
    sha256 bytea PRIMARY KEY CHECK (octet_length(sha256) = 32),
    leased timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE vault.artifact_names (
    sha256 bytea PRIMARY KEY CHECK (octet_length(sha256) = 32)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON vault.artifact_leases TO marketplace_commands;
GRANT SELECT, INSERT ON vault.artifact_names TO marketplace_commands;

-- The newest positions, through the newest partitions alone: reading the head through the parent costs a
-- probe of every partition. Replaced whenever a partition is attached.
CREATE VIEW log.newest AS SELECT NULL::bigint AS position WHERE false;
GRANT SELECT ON log.newest TO marketplace_commands, marketplace_queries, marketplace_projectors;
