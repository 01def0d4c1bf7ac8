-- Projectors that share builds among them: a model that is sliced by slices of the log, any other one as a whole.

-- The programs that share, with the projections that each works on ("agents 1"), and when each last said that it is there: the sign
-- with the highest number, inserted and pruned, never updated.
CREATE TABLE models.workers (
    worker      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    program     text COLLATE "C" NOT NULL,
    projections text[] COLLATE "C" NOT NULL
);
CREATE TABLE models.signs (
    worker bigint NOT NULL,
    number bigint NOT NULL,
    seen   timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (worker, number)
);

-- Which slices each worker has of a build. The rows of a build have all slices, or there are none; then models.cursors has the
-- position of all of them. division rises whenever a build is divided anew.
CREATE TABLE models.shares (
    build    integer NOT NULL,
    worker   bigint NOT NULL,
    division bigint NOT NULL,
    slices   bigint[] NOT NULL CHECK (cardinality(slices) BETWEEN 1 AND 64),
    PRIMARY KEY (build, worker)
);

-- The next position that a worker will apply of each of its slices, in their order, and since when. The row with the highest
-- number counts. Inserted and pruned, never updated: a snapshot that is held for long would make every look at a row that is
-- changed forty times a second slower and slower. Written by the worker under a shared turn on the build, and by whoever has the
-- turn to itself.
CREATE TABLE models.reached (
    build  integer NOT NULL,
    worker bigint NOT NULL,
    number bigint NOT NULL,
    next   bigint[] NOT NULL,
    moved  timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (build, worker, number)
);

-- What each worker holds, and how far it is with it.
CREATE VIEW models.held AS
SELECT s.build, s.worker, s.division, s.slices, r.number, r.next, r.moved
FROM models.shares s
CROSS JOIN LATERAL (
    SELECT k.number, k.next, k.moved FROM models.reached k
    WHERE k.build = s.build AND k.worker = s.worker
    ORDER BY k.build DESC, k.worker DESC, k.number DESC LIMIT 1
) AS r;

-- The position before which a build has applied everything.
CREATE VIEW models.positions AS
SELECT b.build,
       coalesce((SELECT min(n.next) FROM models.held h CROSS JOIN unnest(h.next) AS n (next) WHERE h.build = b.build),
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
GRANT SELECT ON models.shares, models.reached, models.held, models.positions
    TO marketplace_commands, marketplace_projectors, marketplace_queries, marketplace_readers;
GRANT INSERT, DELETE ON models.shares, models.reached TO marketplace_projectors;
GRANT SELECT, INSERT, DELETE ON models.workers, models.signs TO marketplace_projectors;
