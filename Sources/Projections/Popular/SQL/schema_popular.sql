-- Which agents are popular, and how many agents there are of what: made from the models for a day, over and over. It belongs
-- to no build, and no rebuild compares it. position is how far the models were at least. The one before the
-- last is kept for who reads its pages.
CREATE TABLE models.popular_generations (
    generation integer PRIMARY KEY,
    day        date NOT NULL,
    position   bigint NOT NULL,
    made       timestamptz NOT NULL DEFAULT now(),
    took_ms    bigint NOT NULL DEFAULT 0
);
-- Lists of at most 500 agents: by downloads, by readers and by growth, of the last 7, 30 or 90 days, for each category and
-- (with an empty one) for all. growth is in hundredths.
CREATE TABLE models.popular_agents (
    generation integer NOT NULL,
    list       text COLLATE "C" NOT NULL,
    days       smallint NOT NULL,
    category   text COLLATE "C" NOT NULL,
    rank       integer NOT NULL,
    key        text COLLATE "C" NOT NULL,
    downloads  bigint NOT NULL,
    readers    bigint NOT NULL,
    growth     bigint NOT NULL,
    PRIMARY KEY (generation, list, days, category, rank)
);
-- How many agents that search may show have a category, runtime or licence, and what they come to together.
CREATE TABLE models.agent_groups (
    generation integer NOT NULL,
    kind       text COLLATE "C" NOT NULL,
    value      text COLLATE "C" NOT NULL,
    agents     bigint NOT NULL,
    PRIMARY KEY (generation, kind, value)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON models.popular_generations, models.popular_agents, models.agent_groups
    TO marketplace_projectors;
GRANT SELECT ON models.popular_generations, models.popular_agents, models.agent_groups
    TO marketplace_queries, marketplace_readers;
