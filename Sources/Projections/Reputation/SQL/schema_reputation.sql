-- Points of people, each from the entry that gave it until the entry that ended it. detail says what of the agent they are for,
-- where there may be several: a version, or a file.
CREATE TABLE reputation_points (
    person text COLLATE "C" NOT NULL,
    rule   text COLLATE "C" NOT NULL,
    key    text COLLATE "C" NOT NULL,
    detail text COLLATE "C" NOT NULL,
    since  bigint NOT NULL,
    until  bigint,
    points integer NOT NULL,
    PRIMARY KEY (person, rule, key, detail, since)
);
CREATE UNIQUE INDEX reputation_points_open ON reputation_points (person, rule, key, detail) WHERE until IS NULL;
CREATE INDEX reputation_points_violations ON reputation_points (key) WHERE until IS NULL AND rule IN ('hold', 'removal');

-- What the points of an agent follow from. Readers are counted only as far as they give points. open_wasm is the number of
-- versions with a WebAssembly module that are neither yanked nor held. is_listed is that of the version published last.
CREATE TABLE reputation_agents (
    key        text COLLATE "C" PRIMARY KEY,
    publisher  text COLLATE "C",
    readers    bigint NOT NULL,
    open_wasm  bigint NOT NULL,
    is_held    boolean NOT NULL,
    is_listed  boolean NOT NULL,
    ratings    bigint NOT NULL,
    rating_sum bigint NOT NULL
);
CREATE TABLE reputation_roles (
    key          text COLLATE "C" NOT NULL,
    person       text COLLATE "C" NOT NULL,
    role         text COLLATE "C" NOT NULL,
    position     bigint NOT NULL,
    is_registrar boolean NOT NULL,
    PRIMARY KEY (key, person)
);
CREATE TABLE reputation_versions (
    key                 text COLLATE "C" NOT NULL,
    precedence          bytea NOT NULL,
    publisher           text COLLATE "C",
    -- The digest of its WebAssembly module, unless that was removed.
    module              text COLLATE "C",
    is_yanked_by_owner  boolean NOT NULL,
    is_yanked_otherwise boolean NOT NULL,
    is_held             boolean NOT NULL,
    PRIMARY KEY (key, precedence)
);
-- rating is 0 where there is none now: the votes on it stay. helped is how many say that it helps.
CREATE TABLE reputation_reviews (
    key    text COLLATE "C" NOT NULL,
    person text COLLATE "C" NOT NULL,
    rating smallint NOT NULL,
    helped bigint NOT NULL,
    PRIMARY KEY (key, person)
);
-- Votes that a review is helpful.
CREATE TABLE reputation_votes (
    key    text COLLATE "C" NOT NULL,
    author text COLLATE "C" NOT NULL,
    voter  text COLLATE "C" NOT NULL,
    PRIMARY KEY (key, author, voter)
);
CREATE INDEX reputation_votes_voter ON reputation_votes (key, voter);
-- Readers that were counted and may be told again, of agents with room for more: the tokens of a day, 16 bytes each, in order.
CREATE TABLE reputation_readers (
    key    text COLLATE "C" NOT NULL,
    day    integer NOT NULL,
    domain text COLLATE "C" NOT NULL,
    tokens bytea NOT NULL,
    PRIMARY KEY (key, day, domain)
);
-- Tokens are random: nothing makes them shorter.
ALTER TABLE reputation_readers ALTER COLUMN tokens SET STORAGE EXTERNAL;
-- Why a file was removed.
CREATE TABLE reputation_removals (
    sha256 text COLLATE "C" PRIMARY KEY,
    reason text COLLATE "C" NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE
    ON reputation_points, reputation_agents, reputation_roles, reputation_versions, reputation_reviews, reputation_votes,
       reputation_readers, reputation_removals
    TO marketplace_projectors;
GRANT SELECT ON reputation_points TO marketplace_queries;
