-- One row an agent: what lists show and a page begins with. record holds what each side says of the
-- agent (deprecations, holds). The columns from shown_precedence to category are those of the version that is shown.
CREATE TABLE agents (
    key              text COLLATE "C" PRIMARY KEY,
    agent_id         text COLLATE "C" NOT NULL,
    owner            text COLLATE "C" NOT NULL,
    created          timestamptz NOT NULL,
    updated          timestamptz NOT NULL,
    updated_position bigint NOT NULL,
    record           bytea NOT NULL,
    is_deprecated    boolean NOT NULL,
    is_quarantined   boolean NOT NULL,
    owners_changed   timestamptz,
    shown_precedence bytea,
    latest_version   text COLLATE "C",
    -- True where the version that is shown is yanked or held, as then all are.
    is_withheld      boolean NOT NULL DEFAULT false,
    listed           boolean NOT NULL DEFAULT false,
    has_wasm         boolean NOT NULL DEFAULT false,
    title            text,
    summary          text,
    category         text
);

-- What is counted of an agent, in a narrow row of its own, since it changes far more often than the agent. listed is that
-- of the agent, so that lists by a count go along an index.
CREATE TABLE agent_counters (
    key       text COLLATE "C" PRIMARY KEY,
    listed    boolean NOT NULL DEFAULT false,
    stars     bigint NOT NULL DEFAULT 0,
    ones      bigint NOT NULL DEFAULT 0,
    twos      bigint NOT NULL DEFAULT 0,
    threes    bigint NOT NULL DEFAULT 0,
    fours     bigint NOT NULL DEFAULT 0,
    fives     bigint NOT NULL DEFAULT 0,
    downloads bigint NOT NULL DEFAULT 0,
    readers   bigint NOT NULL DEFAULT 0,
    -- The average rating in hundredths as if five more had given 3.5, so that few ratings count as middling ones.
    rated     bigint NOT NULL GENERATED ALWAYS AS (
        (1750 + 100 * (ones + 2 * twos + 3 * threes + 4 * fours + 5 * fives)) / (5 + ones + twos + threes + fours + fives)
    ) STORED
);

-- What was counted of an agent right after each entry that changed it; downloads are counted by day.
CREATE TABLE agent_figures (
    key      text COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    stars    bigint NOT NULL,
    ones     bigint NOT NULL,
    twos     bigint NOT NULL,
    threes   bigint NOT NULL,
    fours    bigint NOT NULL,
    fives    bigint NOT NULL,
    PRIMARY KEY (key, position)
);

-- rank says how good a version is before precedence decides which one is shown; the program computes it. record holds
-- what each side says of the version (yanks, holds) and which of its files were removed.
CREATE TABLE agent_versions (
    key        text COLLATE "C" NOT NULL,
    precedence bytea NOT NULL,
    rank       smallint NOT NULL,
    data       bytea NOT NULL,
    listing    bytea,
    author     bytea,
    record     bytea NOT NULL,
    publisher  text COLLATE "C",
    published  timestamptz NOT NULL,
    position   bigint NOT NULL,
    PRIMARY KEY (key, precedence)
);
CREATE INDEX agent_versions_shown ON agent_versions (key, rank, precedence);

CREATE TABLE agent_owners (
    key      text COLLATE "C" NOT NULL,
    person   text COLLATE "C" NOT NULL,
    role     text COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    -- True for who registered the agent and has not left since.
    is_registrar boolean NOT NULL,
    PRIMARY KEY (key, person)
);

-- What people say of agents, and how many others it helps.
CREATE TABLE reviews (
    key       text COLLATE "C" NOT NULL,
    person    text COLLATE "C" NOT NULL,
    version   text COLLATE "C" NOT NULL,
    rating    smallint NOT NULL,
    title     text,
    body      text,
    entry     text COLLATE "C" NOT NULL,
    created   timestamptz NOT NULL,
    updated   timestamptz NOT NULL,
    position  bigint NOT NULL,
    helpful   bigint NOT NULL,
    unhelpful bigint NOT NULL,
    PRIMARY KEY (key, person)
);
CREATE INDEX reviews_entry ON reviews (entry);
-- Who says of whose review that it helps. A vote outlives the wording that it was given for.
CREATE TABLE review_votes (
    key        text COLLATE "C" NOT NULL,
    author     text COLLATE "C" NOT NULL,
    voter      text COLLATE "C" NOT NULL,
    is_helpful boolean NOT NULL,
    PRIMARY KEY (key, author, voter)
);

CREATE TABLE stars (
    key      text COLLATE "C" NOT NULL,
    person   text COLLATE "C" NOT NULL,
    given    timestamptz NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (key, person)
);

-- A reader is a token that stands for one reader of one agent on one day, under one domain, and for nothing else. A row has those
-- whose tokens begin with the same bits as first, 16 bytes each, in order: of a version, or with an empty one of any.
CREATE TABLE download_readers (
    key     text COLLATE "C" NOT NULL,
    day     date NOT NULL,
    domain  uuid NOT NULL,
    version text COLLATE "C" NOT NULL,
    first   bytea NOT NULL,
    bits    smallint NOT NULL,
    readers bytea NOT NULL,
    PRIMARY KEY (key, day, domain, version, first)
);
CREATE TABLE version_downloads (
    key       text COLLATE "C" NOT NULL,
    version   text COLLATE "C" NOT NULL,
    day       date NOT NULL,
    downloads bigint NOT NULL,
    readers   bigint NOT NULL,
    PRIMARY KEY (key, day, version)
);
CREATE TABLE daily_downloads (
    key       text COLLATE "C" NOT NULL,
    day       date NOT NULL,
    downloads bigint NOT NULL,
    readers   bigint NOT NULL,
    PRIMARY KEY (key, day)
);
-- The downloads of all agents of a slice of the log on a day.
CREATE TABLE slice_downloads (
    slice     smallint NOT NULL,
    day       date NOT NULL,
    downloads bigint NOT NULL,
    readers   bigint NOT NULL,
    PRIMARY KEY (day, slice)
);

-- What lists show of the agents that are listed; the name of the owner is joined where a list is read.
CREATE VIEW listed_agents AS
SELECT a.key, a.agent_id, a.owner, coalesce(a.latest_version, '') AS latest_version, a.is_withheld, a.has_wasm,
       coalesce(a.title, '') AS title, coalesce(a.summary, '') AS summary, coalesce(a.category, '') AS category,
       a.created, a.updated, a.updated_position, a.is_deprecated, a.is_quarantined, c.stars,
       c.ones + c.twos + c.threes + c.fours + c.fives AS ratings,
       c.ones + 2 * c.twos + 3 * c.threes + 4 * c.fours + 5 * c.fives AS rating_sum, c.readers, c.rated
FROM agents a
JOIN agent_counters c ON c.key = a.key
WHERE a.listed;

GRANT SELECT, INSERT, UPDATE, DELETE
    ON agents, agent_counters, agent_figures, agent_versions, agent_owners, reviews,
       review_votes, stars, download_readers, version_downloads, daily_downloads, slice_downloads
    TO marketplace_projectors;
GRANT SELECT
    ON agents, agent_counters, agent_figures, agent_versions, agent_owners, reviews, stars,
       version_downloads, daily_downloads, slice_downloads, listed_agents
    TO marketplace_queries;
-- The front for commands tells people who leave which files they published.
GRANT SELECT ON agent_versions TO marketplace_commands;
