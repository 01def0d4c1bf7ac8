-- Models are built beside each other: each build of a projection has a schema of its own, model_<projection>_<build>.
CREATE SCHEMA models;
GRANT USAGE ON SCHEMA models
    TO marketplace_commands, marketplace_projectors, marketplace_queries, marketplace_readers;

-- The builds. definition is the digest of the tables' text, so that an unfinished build is not gone on with by a program
-- that has other tables. epoch rises whenever somebody other than a worker changes what the build is.
CREATE TABLE models.builds (
    build      integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    projection text COLLATE "C" NOT NULL,
    version    integer NOT NULL,
    purpose    text COLLATE "C" NOT NULL CHECK (purpose IN ('serve', 'check')),
    definition text COLLATE "C" NOT NULL,
    program    text COLLATE "C" NOT NULL,
    epoch      bigint NOT NULL DEFAULT 1,
    begun      timestamptz NOT NULL DEFAULT now(),
    activated  timestamptz,
    retired    timestamptz
);
-- One at a time is made of a version of a projection.
CREATE UNIQUE INDEX builds_unfinished ON models.builds (projection, version)
    WHERE activated IS NULL AND retired IS NULL;

-- The build that programs of a version read. A swap changes one row.
CREATE TABLE models.active (
    projection text COLLATE "C" NOT NULL,
    version    integer NOT NULL,
    build      integer NOT NULL REFERENCES models.builds,
    PRIMARY KEY (projection, version)
);

-- The next position that a build will apply, of every slice of the log, and since when. Inserted and pruned, never updated,
-- and committed with the rows that it speaks of.
CREATE TABLE models.cursors (
    build    integer NOT NULL,
    position bigint NOT NULL,
    moved    timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (build, position)
);
GRANT SELECT ON models.builds, models.active, models.cursors
    TO marketplace_commands, marketplace_projectors, marketplace_queries, marketplace_readers;
GRANT INSERT, DELETE ON models.cursors TO marketplace_projectors;

-- Builds that are being filled and of which a part is in memory only: none of its rows is written.
CREATE TABLE models.folds (build integer PRIMARY KEY);

-- What a build could not apply. For a key, the entries of that agent wait from the position on; an empty key says that the
-- build as a whole stands still there.
CREATE TABLE models.faults (
    build    integer NOT NULL,
    key      text COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    reason   text NOT NULL,
    since    timestamptz NOT NULL DEFAULT now(),
    tried    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (build, key)
);
GRANT SELECT ON models.faults TO marketplace_commands, marketplace_projectors, marketplace_queries, marketplace_readers;
GRANT INSERT, UPDATE, DELETE ON models.faults TO marketplace_projectors;

-- Which program works on a build, and when it last said so: a sign of life, whether or not the build moves on.
CREATE TABLE models.beats (
    build   integer PRIMARY KEY,
    program text COLLATE "C" NOT NULL,
    beat    timestamptz NOT NULL
);
GRANT SELECT ON models.beats TO marketplace_commands, marketplace_projectors, marketplace_queries, marketplace_readers;
GRANT INSERT, UPDATE ON models.beats TO marketplace_projectors;

-- Locks of builds. Nobody but the owner can take advisory locks; these functions take the ones that a part needs.

-- The turn on a build, for the transaction: one worker at a time applies, and none while the build is swapped.
CREATE FUNCTION models.take_turn(p_build integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(1885564270, p_build);
END
$$;

-- Tells everybody who reads a build that rows in it were changed that no new entry speaks of.
CREATE FUNCTION models.raise_epoch(p_build integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE models.builds SET epoch = epoch + 1 WHERE build = p_build;
END
$$;

-- Holds a build for the session, so that it is not dropped while the session's program reads it. False where it is gone.
CREATE FUNCTION models.hold_build(p_build integer) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT pg_try_advisory_lock_shared(1885564271, p_build) THEN RETURN false; END IF;
    IF EXISTS (SELECT FROM models.builds WHERE build = p_build) THEN RETURN true; END IF;
    PERFORM pg_advisory_unlock_shared(1885564271, p_build);
    RETURN false;
END
$$;

CREATE FUNCTION models.release_build(p_build integer) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN pg_advisory_unlock_shared(1885564271, p_build);
END
$$;

REVOKE ALL ON FUNCTION models.take_turn, models.raise_epoch, models.hold_build, models.release_build FROM PUBLIC;
GRANT EXECUTE ON FUNCTION models.take_turn, models.raise_epoch TO marketplace_projectors;
GRANT EXECUTE ON FUNCTION models.hold_build, models.release_build TO marketplace_projectors, marketplace_queries;
