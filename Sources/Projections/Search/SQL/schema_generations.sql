-- What ranks agents apart from a query. It belongs to no build, and no rebuild compares it: it is made from the models for a
-- day, as a generation. Cursors of searches name theirs, and the one before is kept for them. position is how far the models
-- were at least.
CREATE TABLE models.search_generations (
    generation integer PRIMARY KEY,
    day        date NOT NULL,
    position   bigint NOT NULL,
    agents     bigint NOT NULL,
    made       timestamptz NOT NULL DEFAULT now()
);
-- From 500 to 2000, each agent that there was. Its place is 1 for the highest score.
CREATE TABLE models.search_scores (
    generation integer NOT NULL,
    key        text COLLATE "C" NOT NULL,
    score      integer NOT NULL,
    place      integer NOT NULL,
    PRIMARY KEY (generation, key) INCLUDE (score)
);
CREATE INDEX search_scores_place ON models.search_scores (generation, place) INCLUDE (key, score);
-- How many agents have a word, of the words that many have, and the places of those that have it, of the best known ones.
CREATE TABLE models.search_words (
    generation integer NOT NULL,
    word       text COLLATE "C" NOT NULL,
    agents     integer NOT NULL,
    places     integer[] NOT NULL,
    PRIMARY KEY (generation, word)
);
GRANT SELECT, INSERT, DELETE ON models.search_generations, models.search_scores, models.search_words
    TO marketplace_projectors;
GRANT SELECT ON models.search_generations, models.search_scores, models.search_words
    TO marketplace_queries, marketplace_readers;
