-- Agents are one model in place of two, and people, reviews, stars and flags get theirs. Models follow from the log, so
-- what changes its form is dropped and built again.
DROP VIEW models.listed_agents;
DROP TABLE models.agent_summaries, models.agent_details, models.agent_versions, models.usernames;
DELETE FROM models.cursors;

-- Who somebody is. name_entry and profile_entry are the entries that commit to the words, so that they go with them.
CREATE TABLE models.publishers (
    person        text COLLATE "C" PRIMARY KEY,
    kind          text COLLATE "C" NOT NULL,
    created       timestamptz NOT NULL,
    name          text,
    folded        text COLLATE "C" GENERATED ALWAYS AS (regexp_replace(lower(name), '[-_]+', '-', 'g')) STORED,
    name_entry    text COLLATE "C",
    display_name  text,
    bio           text,
    website_url   text,
    profile_entry text COLLATE "C",
    position      bigint NOT NULL
);
CREATE INDEX publishers_folded ON models.publishers (folded) WHERE folded IS NOT NULL;

-- One row an agent: what lists show, search looks through and a page begins with. The columns from shown_standing to
-- category are those of the version that is shown.
CREATE TABLE models.agents (
    key              text COLLATE "C" PRIMARY KEY,
    agent_id         text COLLATE "C" NOT NULL,
    owner            text COLLATE "C" NOT NULL,
    created          timestamptz NOT NULL,
    updated          timestamptz NOT NULL,
    updated_position bigint NOT NULL,
    changed_position bigint NOT NULL,
    is_deprecated    boolean NOT NULL DEFAULT false,
    replacement      text COLLATE "C",
    deprecation_note bytea,
    shown_standing   smallint,
    shown_precedence bytea,
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
CREATE INDEX agents_words ON models.agents USING gin (words);
CREATE INDEX agents_category ON models.agents (category, updated_position);
CREATE INDEX agents_listed_recent ON models.agents (updated_position) WHERE listed;
CREATE INDEX agents_listed_names ON models.agents (key) WHERE listed;

-- standing: 2 for a release, 1 for a pre-release, 0 for what is yanked; the highest is shown, then the highest precedence.
CREATE TABLE models.agent_versions (
    key              text COLLATE "C" NOT NULL,
    precedence       bytea NOT NULL,
    is_release       boolean NOT NULL,
    is_yanked        boolean NOT NULL DEFAULT false,
    yank_reason      text COLLATE "C",
    yank_note        bytea,
    standing         smallint NOT NULL GENERATED ALWAYS AS (
        CASE WHEN is_yanked THEN 0 WHEN is_release THEN 2 ELSE 1 END
    ) STORED,
    data             bytea NOT NULL,
    listing          bytea,
    published        timestamptz NOT NULL,
    position         bigint NOT NULL,
    changed_position bigint NOT NULL,
    PRIMARY KEY (key, precedence)
);
CREATE INDEX agent_versions_standing ON models.agent_versions (key, standing, precedence);

CREATE TABLE models.agent_owners (
    key      text COLLATE "C" NOT NULL,
    person   text COLLATE "C" NOT NULL,
    role     text COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (key, person)
);
CREATE INDEX agent_owners_person ON models.agent_owners (person, key);

-- What people say of agents, and how often each rating was given.
CREATE TABLE models.reviews (
    key      text COLLATE "C" NOT NULL,
    person   text COLLATE "C" NOT NULL,
    version  text COLLATE "C" NOT NULL,
    rating   smallint NOT NULL,
    title    text,
    body     text,
    entry    text COLLATE "C" NOT NULL,
    created  timestamptz NOT NULL,
    updated  timestamptz NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (key, person)
);
CREATE INDEX reviews_recent ON models.reviews (key, position);
CREATE INDEX reviews_rating ON models.reviews (key, rating, position);
CREATE INDEX reviews_entry ON models.reviews (entry);
-- Who says of whose review that it helps, and how many do; what is said of a review outlives its next wording.
CREATE TABLE models.review_votes (
    key        text COLLATE "C" NOT NULL,
    author     text COLLATE "C" NOT NULL,
    voter      text COLLATE "C" NOT NULL,
    is_helpful boolean NOT NULL,
    PRIMARY KEY (key, author, voter)
);
CREATE TABLE models.review_helpfulness (
    key       text COLLATE "C" NOT NULL,
    author    text COLLATE "C" NOT NULL,
    helpful   bigint NOT NULL,
    unhelpful bigint NOT NULL,
    PRIMARY KEY (key, author)
);
CREATE TABLE models.agent_ratings (
    key      text COLLATE "C" PRIMARY KEY,
    ones     bigint NOT NULL DEFAULT 0,
    twos     bigint NOT NULL DEFAULT 0,
    threes   bigint NOT NULL DEFAULT 0,
    fours    bigint NOT NULL DEFAULT 0,
    fives    bigint NOT NULL DEFAULT 0,
    position bigint NOT NULL
);

CREATE TABLE models.stars (
    key      text COLLATE "C" NOT NULL,
    person   text COLLATE "C" NOT NULL,
    given    timestamptz NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (key, person)
);
CREATE INDEX stars_recent ON models.stars (key, position);
CREATE TABLE models.agent_stars (
    key      text COLLATE "C" PRIMARY KEY,
    stars    bigint NOT NULL DEFAULT 0,
    position bigint NOT NULL
);
CREATE INDEX agent_stars_most ON models.agent_stars (stars DESC, key);

-- How often what was flagged, for moderators alone: neither who nor what they said.
CREATE TABLE models.flags (
    kind   text COLLATE "C" NOT NULL,
    target text COLLATE "C" NOT NULL,
    reason text COLLATE "C" NOT NULL,
    count  bigint NOT NULL,
    last   timestamptz NOT NULL,
    PRIMARY KEY (kind, target, reason)
);

-- What lists show of the agents that are listed, and what they are searched and sorted by.
CREATE VIEW models.listed_agents AS
SELECT a.key, a.agent_id, coalesce(u.name, '') AS username, coalesce(a.latest_version, '') AS latest_version, a.has_wasm,
       coalesce(a.title, '') AS title, coalesce(a.summary, '') AS summary, coalesce(a.category, '') AS shown_category,
       a.created, a.updated, a.updated_position, a.is_deprecated, coalesce(s.stars, 0) AS stars,
       coalesce(r.ones + r.twos + r.threes + r.fours + r.fives, 0) AS ratings,
       coalesce(r.ones + 2 * r.twos + 3 * r.threes + 4 * r.fours + 5 * r.fives, 0) AS rating_sum,
       a.category, a.words
FROM models.agents a
LEFT JOIN models.publishers u ON u.person = a.owner
LEFT JOIN models.agent_stars s ON s.key = a.key
LEFT JOIN models.agent_ratings r ON r.key = a.key
WHERE a.listed;

GRANT SELECT, INSERT, UPDATE, DELETE
    ON models.publishers, models.agents, models.agent_versions, models.agent_owners, models.reviews,
       models.review_votes, models.review_helpfulness, models.agent_ratings, models.stars, models.agent_stars,
       models.flags
    TO marketplace_projectors;
GRANT SELECT
    ON models.publishers, models.agents, models.agent_versions, models.agent_owners, models.reviews,
       models.review_helpfulness, models.agent_ratings, models.stars, models.agent_stars, models.listed_agents
    TO marketplace_queries;
-- Moderators show who they are to the front for writes.
GRANT USAGE ON SCHEMA models TO marketplace_commands;
GRANT SELECT ON models.flags TO marketplace_commands;
