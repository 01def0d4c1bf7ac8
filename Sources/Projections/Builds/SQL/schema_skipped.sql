-- Entries that builds have left out because they are skipped. What a build had applied before it was skipped is not here.
CREATE TABLE models.skipped (
    build    integer NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (build, position)
);
GRANT SELECT ON models.skipped TO marketplace_projectors, marketplace_readers;
GRANT INSERT ON models.skipped TO marketplace_projectors;
