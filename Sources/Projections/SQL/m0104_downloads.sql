-- How often versions were downloaded by day: each time, and once a reader. A reader is a token that stands for one reader
-- of one agent on one day and for nothing else.
CREATE TABLE models.download_readers (
    key     text COLLATE "C" NOT NULL,
    day     date NOT NULL,
    reader  uuid NOT NULL,
    version text COLLATE "C" NOT NULL,
    PRIMARY KEY (key, day, reader, version)
);
-- What is too old to be met again is pruned by day.
CREATE INDEX download_readers_day ON models.download_readers (day);
CREATE TABLE models.version_downloads (
    key       text COLLATE "C" NOT NULL,
    version   text COLLATE "C" NOT NULL,
    day       date NOT NULL,
    downloads bigint NOT NULL,
    readers   bigint NOT NULL,
    PRIMARY KEY (key, day, version)
);
CREATE TABLE models.daily_downloads (
    key       text COLLATE "C" NOT NULL,
    day       date NOT NULL,
    downloads bigint NOT NULL,
    readers   bigint NOT NULL,
    PRIMARY KEY (key, day)
);
CREATE TABLE models.agent_downloads (
    key       text COLLATE "C" PRIMARY KEY,
    downloads bigint NOT NULL,
    readers   bigint NOT NULL,
    position  bigint NOT NULL
);
CREATE INDEX agent_downloads_most ON models.agent_downloads (readers DESC, key);

-- The index as installers read it, from where every front copies it to its disk.
CREATE TABLE models.index_documents (
    key      text COLLATE "C" PRIMARY KEY,
    document bytea NOT NULL,
    position bigint NOT NULL
);
CREATE INDEX index_documents_position ON models.index_documents (position);

CREATE OR REPLACE VIEW models.listed_agents AS
SELECT a.key, a.agent_id, coalesce(u.name, '') AS username, coalesce(a.latest_version, '') AS latest_version, a.has_wasm,
       coalesce(a.title, '') AS title, coalesce(a.summary, '') AS summary, coalesce(a.category, '') AS shown_category,
       a.created, a.updated, a.updated_position, a.is_deprecated, coalesce(s.stars, 0) AS stars,
       coalesce(r.ones + r.twos + r.threes + r.fours + r.fives, 0) AS ratings,
       coalesce(r.ones + 2 * r.twos + 3 * r.threes + 4 * r.fours + 5 * r.fives, 0) AS rating_sum,
       a.category, a.words, coalesce(d.readers, 0) AS readers
FROM models.agents a
LEFT JOIN models.publishers u ON u.person = a.owner
LEFT JOIN models.agent_stars s ON s.key = a.key
LEFT JOIN models.agent_ratings r ON r.key = a.key
LEFT JOIN models.agent_downloads d ON d.key = a.key
WHERE a.listed;

GRANT SELECT, INSERT, UPDATE, DELETE
    ON models.download_readers, models.version_downloads, models.daily_downloads, models.agent_downloads,
       models.index_documents
    TO marketplace_projectors;
GRANT SELECT
    ON models.version_downloads, models.daily_downloads, models.agent_downloads, models.index_documents
    TO marketplace_queries;
