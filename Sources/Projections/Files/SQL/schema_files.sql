-- Which versions name which file, from which position on. held_from is the position at which the unbroken time under any hold
-- began, while the version is held. is_noted is true once the agent says that the file was removed.
CREATE TABLE files (
    sha256     bytea NOT NULL,
    key        text COLLATE "C" NOT NULL,
    precedence bytea NOT NULL,
    version    text COLLATE "C" NOT NULL,
    position   bigint NOT NULL,
    held_from  bigint,
    is_noted   boolean NOT NULL DEFAULT false,
    PRIMARY KEY (sha256, key, precedence)
);
CREATE INDEX files_agent ON files (key, precedence);

-- What moderators hold; precedence is empty for all versions of an agent.
CREATE TABLE file_holds (
    key        text COLLATE "C" NOT NULL,
    precedence bytea NOT NULL,
    reason     text COLLATE "C" NOT NULL,
    since      timestamptz NOT NULL,
    position   bigint NOT NULL,
    PRIMARY KEY (key, precedence)
);

CREATE TABLE removed_files (
    sha256 bytea PRIMARY KEY,
    reason text COLLATE "C" NOT NULL,
    since  timestamptz NOT NULL
);

-- Files that are not served: removed files, and files of held versions that no version in good standing named before the
-- hold.
CREATE TABLE withheld_files (
    sha256 bytea PRIMARY KEY,
    kind   text COLLATE "C" NOT NULL,
    reason text COLLATE "C" NOT NULL,
    since  timestamptz NOT NULL
);

GRANT SELECT, INSERT, UPDATE, DELETE
    ON files, file_holds, removed_files, withheld_files TO marketplace_projectors;
GRANT SELECT ON files, withheld_files TO marketplace_queries;
-- The front for commands tells administrators which versions name a file.
GRANT SELECT ON files, removed_files TO marketplace_commands;
