CREATE SCHEMA models;
GRANT USAGE ON SCHEMA models
    TO marketplace_commands, marketplace_projectors, marketplace_queries, marketplace_readers;
-- Readers see every model; the others what they are given below.
ALTER DEFAULT PRIVILEGES IN SCHEMA models GRANT SELECT ON TABLES TO marketplace_readers;

-- The next position that a projection will apply. Inserted and pruned, never updated, and committed with the rows that it
-- speaks of.
CREATE TABLE models.cursors (
    projection text COLLATE "C" NOT NULL,
    position   bigint NOT NULL,
    PRIMARY KEY (projection, position)
);
GRANT SELECT, INSERT, DELETE ON models.cursors TO marketplace_projectors;
GRANT SELECT ON models.cursors TO marketplace_queries;
