;
-- The versions that clients of the Model Context Protocol are told of, in the order in which they are listed, with what most lists
-- show of them: only the reasons for a status are in the rows of the version and the agent.
CREATE TABLE servers (
    key            text COLLATE "C" NOT NULL,
    precedence     bytea NOT NULL,
    version        text COLLATE "C" NOT NULL,
    -- 0 active, 1 deprecated, 2 deleted
    status         smallint NOT NULL,
    status_changed timestamptz NOT NULL,
    -- The last entry that says something of it, or with which another one became the latest, and its log time.
    changed        bigint NOT NULL,
    updated        timestamptz NOT NULL,
    is_latest      boolean NOT NULL,
    searched       text COLLATE "C" NOT NULL,
    agent_id       text COLLATE "C" NOT NULL,
    -- The part of what the version says of itself that a server shows; NULL where that was erased.
    listing        bytea,
    published      timestamptz NOT NULL,
    -- That of the publication.
    position       bigint NOT NULL,
    PRIMARY KEY (key, precedence)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON servers TO marketplace_projectors;
GRANT SELECT ON servers TO marketplace_queries
