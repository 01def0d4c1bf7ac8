;
-- The versions that clients of the Model Context Protocol are told of, in the order in which they are listed. All else that is
-- said of them is in the rows of the version and the agent.
CREATE TABLE servers (
    key            text COLLATE "C" NOT NULL,
    precedence     bytea NOT NULL,
    -- 0 active, 1 deprecated, 2 deleted
    status         smallint NOT NULL,
    status_changed timestamptz NOT NULL,
    -- When something that the answer says was last said, or another version became the latest.
    updated        timestamptz NOT NULL,
    is_latest      boolean NOT NULL,
    listed         boolean NOT NULL,
    searched       text COLLATE "C" NOT NULL,
    PRIMARY KEY (key, precedence)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON servers TO marketplace_projectors;
GRANT SELECT ON servers TO marketplace_queries
