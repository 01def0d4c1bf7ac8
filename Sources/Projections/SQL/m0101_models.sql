CREATE SCHEMA models;
GRANT USAGE ON SCHEMA models TO marketplace_projectors, marketplace_queries;

-- The next position that a projection will apply. Inserted and pruned, never updated, and committed with
-- the rows it speaks of.
CREATE TABLE models.cursors (
    projection text COLLATE "C" NOT NULL,
    position   bigint NOT NULL,
    PRIMARY KEY (projection, position)
);
GRANT SELECT, INSERT, DELETE ON models.cursors TO marketplace_projectors;
GRANT SELECT ON models.cursors TO marketplace_queries;

-- Who is shown under which name.
CREATE TABLE models.usernames (
    person   text COLLATE "C" PRIMARY KEY,
    name     text,
    position bigint NOT NULL
);

-- One row an agent: what lists show and search looks through.
CREATE TABLE models.agent_summaries (
    key              text COLLATE "C" PRIMARY KEY,
    agent_id         text COLLATE "C" NOT NULL,
    owner            text COLLATE "C" NOT NULL,
    created          timestamptz NOT NULL,
    updated          timestamptz NOT NULL,
    updated_position bigint NOT NULL,
    rank             bytea NOT NULL DEFAULT '',
    latest_version   text COLLATE "C",
    listed           boolean NOT NULL DEFAULT false,
    has_wasm         boolean NOT NULL DEFAULT false,
    title            text,
    summary          text,
    description      text,
    category         text,
    words            tsvector NOT NULL GENERATED ALWAYS AS (
        setweight(to_tsvector('simple', translate(key, '.-', '  ')), 'A')
        || setweight(to_tsvector('english', translate(key, '.-', '  ')), 'A')
        || setweight(to_tsvector('english', coalesce(title, '')), 'A')
        || setweight(to_tsvector('english', coalesce(summary, '')), 'B')
        || setweight(to_tsvector('english', coalesce(description, '')), 'C')
    ) STORED
);
CREATE INDEX agent_summaries_words ON models.agent_summaries USING gin (words);
CREATE UNIQUE INDEX agent_summaries_recent ON models.agent_summaries (updated_position);
CREATE INDEX agent_summaries_category ON models.agent_summaries (category, updated_position);

-- One row an agent, and one a version: what an agent's page shows.
CREATE TABLE models.agent_details (
    key              text COLLATE "C" PRIMARY KEY,
    agent_id         text COLLATE "C" NOT NULL,
    owner            text COLLATE "C" NOT NULL,
    created          timestamptz NOT NULL,
    updated          timestamptz NOT NULL,
    updated_position bigint NOT NULL
);
CREATE TABLE models.agent_versions (
    key        text COLLATE "C" NOT NULL,
    precedence bytea NOT NULL,
    is_release boolean NOT NULL,
    data       bytea NOT NULL,
    listing    bytea,
    published  timestamptz NOT NULL,
    position   bigint NOT NULL,
    PRIMARY KEY (key, precedence)
);

GRANT SELECT, INSERT, UPDATE, DELETE
    ON models.usernames, models.agent_summaries, models.agent_details, models.agent_versions
    TO marketplace_projectors;
GRANT SELECT
    ON models.usernames, models.agent_summaries, models.agent_details, models.agent_versions
    TO marketplace_queries;
