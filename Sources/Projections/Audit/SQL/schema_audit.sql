-- Who did what with which credential: the entries that name a person or a credential. agent is the key of the agent that an entry
-- concerns; version, person and detail say of what it tells. inviter and inviter_token are those of a role that was accepted.
CREATE TABLE audit_entries (
    position      bigint PRIMARY KEY,
    time          timestamptz NOT NULL,
    type          text COLLATE "C" NOT NULL,
    stream        text COLLATE "C" NOT NULL,
    agent         text COLLATE "C",
    version       text COLLATE "C",
    person        text COLLATE "C",
    detail        text,
    actor         text COLLATE "C",
    token         text COLLATE "C",
    inviter       text COLLATE "C",
    inviter_token text COLLATE "C"
);
CREATE INDEX audit_entries_inviter ON audit_entries (inviter, stream) WHERE inviter IS NOT NULL;
CREATE INDEX audit_entries_inviter_token ON audit_entries (inviter_token) WHERE inviter_token IS NOT NULL;

-- Which credential came from which.
CREATE TABLE audit_tokens (
    token    text COLLATE "C" PRIMARY KEY,
    person   text COLLATE "C" NOT NULL,
    issuer   text COLLATE "C",
    replaces text COLLATE "C",
    position bigint NOT NULL
);
CREATE INDEX audit_tokens_issuer ON audit_tokens (issuer) WHERE issuer IS NOT NULL;
CREATE INDEX audit_tokens_replaces ON audit_tokens (replaces) WHERE replaces IS NOT NULL;
GRANT SELECT, INSERT, UPDATE, DELETE ON audit_entries, audit_tokens TO marketplace_projectors;
-- People, owners and moderators show who they are to the front for commands.
GRANT SELECT ON audit_entries, audit_tokens TO marketplace_commands;
