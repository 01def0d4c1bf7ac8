-- Projectors that share builds among them: a model that is sliced by slices of the log, any other one as a whole.

-- The programs that share, with the projections that each works on ("agents 1"), and when it last said that it is there.
CREATE TABLE models.workers (
    worker      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    program     text COLLATE "C" NOT NULL,
    projections text[] COLLATE "C" NOT NULL,
    seen        timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- What each worker holds of a build: some slices, and the next position that it will apply of each. The rows of a build have
-- all slices, or there are none; then models.cursors has the position of all of them. A row is written by its worker under a
-- shared turn on the build, and by whoever has the turn to itself.
CREATE TABLE models.shares (
    build  integer NOT NULL,
    worker bigint NOT NULL,
    slices bigint[] NOT NULL CHECK (cardinality(slices) BETWEEN 1 AND 64),
    next   bigint[] NOT NULL CHECK (cardinality(next) = cardinality(slices)),
    moved  timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (build, worker)
) WITH (fillfactor = 50);

-- The position before which a build has applied everything.
CREATE VIEW models.positions AS
SELECT b.build,
       coalesce((SELECT min(n.next) FROM models.shares s CROSS JOIN unnest(s.next) AS n (next) WHERE s.build = b.build),
                (SELECT max(c.position) FROM models.cursors c WHERE c.build = b.build)) AS position
FROM models.builds b;

-- A part of the turn on a build, for the transaction: any number of workers apply at once, each its own slices, and none while
-- somebody has the turn to itself.
CREATE FUNCTION models.share_turn(p_build integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(1885564270, p_build);
END
$$;

REVOKE ALL ON FUNCTION models.share_turn FROM PUBLIC;
GRANT EXECUTE ON FUNCTION models.share_turn TO marketplace_projectors;
GRANT SELECT ON models.workers, models.shares, models.positions
    TO marketplace_commands, marketplace_projectors, marketplace_queries, marketplace_readers;
GRANT INSERT, UPDATE, DELETE ON models.workers, models.shares TO marketplace_projectors;
