-- The vault: credentials and secrets. Only the front for commands reads it.
CREATE SCHEMA vault;
GRANT USAGE ON SCHEMA vault TO marketplace_commands;

-- Replies by idempotency key. The id is the first half of SHA-256(actor ‖ key). A command that appended no event has no
-- position.
CREATE TABLE vault.idempotency_keys (
    id          uuid NOT NULL,
    fingerprint bytea NOT NULL,
    reply       bytea NOT NULL,
    position    bigint,
    created     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT idempotency_keys_once PRIMARY KEY (id)
);
-- Postgres takes UPDATE as the right to lock a row.
GRANT SELECT, INSERT, DELETE, UPDATE (created) ON vault.idempotency_keys TO marketplace_commands;

-- key is the idempotency key that the credential was issued under, where its secret could get lost with the answer.
CREATE TABLE vault.tokens (
    hash      bytea PRIMARY KEY CHECK (octet_length(hash) = 32),
    token     text COLLATE "C" NOT NULL UNIQUE,
    person    text COLLATE "C" NOT NULL,
    name      text NOT NULL,
    issued    timestamptz NOT NULL DEFAULT now(),
    last_used timestamptz,
    key       uuid,
    -- True where it was issued with the scope admin.
    is_admin  boolean NOT NULL,
    -- When the log said that it is revoked.
    ended     timestamptz
);
CREATE INDEX tokens_person ON vault.tokens (person);
CREATE INDEX tokens_key ON vault.tokens (key) WHERE key IS NOT NULL;
CREATE INDEX tokens_admin ON vault.tokens (issued) WHERE is_admin AND ended IS NULL;
CREATE INDEX tokens_ended ON vault.tokens (ended) WHERE ended IS NOT NULL;
GRANT SELECT, INSERT, DELETE, UPDATE (last_used, ended) ON vault.tokens TO marketplace_commands;

-- The random id that stands for a folded user name, made once, before its stream is; and who has the name, so that both
-- can be forgotten together. person is NULL while nobody has the name.
CREATE TABLE vault.usernames (
    name   text COLLATE "C" PRIMARY KEY,
    id     text COLLATE "C" NOT NULL UNIQUE,
    person text COLLATE "C"
);
CREATE INDEX usernames_person ON vault.usernames (person);
GRANT SELECT, INSERT, DELETE, UPDATE (person) ON vault.usernames TO marketplace_commands;

-- Who was first with names that look alike; the skeleton is what they look like. space is 'agents' for ids of agents, and
-- 'owners' for user names and namespaces together. The holder is the name of a stream, empty once a bearer has left.
-- namespace is the first namespace of the skeleton.
CREATE TABLE vault.names (
    space     text COLLATE "C" NOT NULL,
    skeleton  text COLLATE "C" NOT NULL,
    holder    text COLLATE "C" NOT NULL,
    name      text COLLATE "C",
    namespace text COLLATE "C",
    -- True where the bearer had a role, so that the name was shown beside an agent: nobody else ever gets it.
    is_shown  boolean NOT NULL DEFAULT false,
    -- When a name that its bearer left is free again.
    rests     timestamptz,
    PRIMARY KEY (space, skeleton)
);
CREATE INDEX names_holder ON vault.names (holder);
CREATE INDEX names_rests ON vault.names (rests) WHERE rests IS NOT NULL;
GRANT SELECT, INSERT, UPDATE, DELETE ON vault.names TO marketplace_commands;

CREATE TABLE vault.mailboxes (
    person  text COLLATE "C" PRIMARY KEY,
    address text NOT NULL
);
GRANT SELECT, INSERT, DELETE ON vault.mailboxes TO marketplace_commands;

-- The random id that stands for a reporter and what they flag, made once, before its stream is.
CREATE TABLE vault.flags (
    reporter text COLLATE "C" NOT NULL,
    target   text COLLATE "C" NOT NULL,
    id       text COLLATE "C" NOT NULL UNIQUE,
    PRIMARY KEY (reporter, target)
);
GRANT SELECT, INSERT, DELETE ON vault.flags TO marketplace_commands;

-- Who has a role on which agent or namespace. It follows from the log. It stands here so that the append can check it under
-- its lock when a person leaves.
CREATE TABLE vault.roles (
    person text COLLATE "C" NOT NULL,
    stream text COLLATE "C" NOT NULL,
    PRIMARY KEY (person, stream)
);
GRANT SELECT, INSERT, DELETE ON vault.roles TO marketplace_commands;

-- Offers of roles that wait for an answer. stream is the stream of the agent or namespace.
CREATE TABLE vault.invitations (
    id            text COLLATE "C" PRIMARY KEY,
    stream        text COLLATE "C" NOT NULL,
    inviter       text COLLATE "C" NOT NULL,
    inviter_token text COLLATE "C" NOT NULL,
    invitee       text COLLATE "C" NOT NULL,
    role          text COLLATE "C" NOT NULL,
    offered       timestamptz NOT NULL DEFAULT now(),
    expires       timestamptz NOT NULL DEFAULT now() + interval '30 days',
    UNIQUE (inviter, invitee, stream)
);
CREATE INDEX invitations_invitee ON vault.invitations (invitee);
CREATE INDEX invitations_token ON vault.invitations (inviter_token);
CREATE INDEX invitations_expires ON vault.invitations (expires);
-- Postgres takes UPDATE as the right to lock a row.
GRANT SELECT, INSERT, DELETE, UPDATE (role) ON vault.invitations TO marketplace_commands;

-- Inviters whom a person has refused for good.
CREATE TABLE vault.refused_inviters (
    person  text COLLATE "C" NOT NULL,
    inviter text COLLATE "C" NOT NULL,
    PRIMARY KEY (person, inviter)
);
CREATE INDEX refused_inviters_inviter ON vault.refused_inviters (inviter);
GRANT SELECT, INSERT, DELETE ON vault.refused_inviters TO marketplace_commands;

-- Flags that are not in the log yet. Moderators see them at once. The log gets them later and shuffled, so that it does not
-- show when a flag was raised. about is the kind of the target.
CREATE TABLE vault.pending_flags (
    id     text COLLATE "C" PRIMARY KEY,
    about  text COLLATE "C" NOT NULL,
    target text COLLATE "C" NOT NULL,
    reason text COLLATE "C" NOT NULL,
    words  text,
    raised timestamptz NOT NULL
);
GRANT SELECT, INSERT, DELETE, UPDATE (words) ON vault.pending_flags TO marketplace_commands;

-- Flags whose reporters have left. The words of each are erased at a random time, which is due.
CREATE TABLE vault.flag_erasures (
    flag text COLLATE "C" PRIMARY KEY,
    due  timestamptz NOT NULL
);
CREATE INDEX flag_erasures_due ON vault.flag_erasures (due);
GRANT SELECT, INSERT, DELETE ON vault.flag_erasures TO marketplace_commands;

-- Which uploads hold a lease on the bytes of a digest, and since when; and which digests entries name.
CREATE TABLE vault.artifact_leases (
    sha256 bytea PRIMARY KEY CHECK (octet_length(sha256) = 32),
    leased timestamptz NOT NULL DEFAULT now(),
    -- Uploads that were not refused. Those of a program that was killed are never taken off, so the age counts as well.
    uploads bigint NOT NULL DEFAULT 1
);
CREATE TABLE vault.artifact_names (
    sha256 bytea PRIMARY KEY CHECK (octet_length(sha256) = 32)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON vault.artifact_leases TO marketplace_commands;
GRANT SELECT, INSERT, DELETE ON vault.artifact_names TO marketplace_commands;
-- The same for whoever checks the log and does not see the vault.
CREATE VIEW log.named_artifacts AS SELECT n.sha256 FROM vault.artifact_names n;
GRANT SELECT ON log.named_artifacts TO marketplace_readers;

-- Packages and modules that are held as malware. precedence is empty for a hold on all versions. The rows follow from the
-- log.
CREATE TABLE vault.held_files (
    sha256     bytea NOT NULL CHECK (octet_length(sha256) = 32),
    key        text COLLATE "C" NOT NULL,
    precedence bytea NOT NULL,
    PRIMARY KEY (sha256, key, precedence)
);
CREATE INDEX held_files_agent ON vault.held_files (key, precedence);
GRANT SELECT, INSERT, DELETE ON vault.held_files TO marketplace_commands;

-- Lines of other servers' download reports that were appended already.
CREATE TABLE vault.download_lines (
    id    uuid PRIMARY KEY,
    added timestamptz NOT NULL DEFAULT now()
);
-- Postgres takes UPDATE as the right to lock a row.
GRANT SELECT, INSERT, DELETE, UPDATE (added) ON vault.download_lines TO marketplace_commands;

-- Counts towards limits of a day (in UTC, counted from 1970-01-01). subject is the first half of SHA-256 over what is
-- counted.
CREATE TABLE vault.daily_shares (
    day     bigint NOT NULL,
    subject uuid NOT NULL,
    taken   bigint NOT NULL,
    PRIMARY KEY (day, subject)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON vault.daily_shares TO marketplace_commands;
