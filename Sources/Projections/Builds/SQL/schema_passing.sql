-- Moves the cursor of a build past entries that its model has no use for, all in one call, and returns it: at most p_most, of types
-- that are known and not handled. NULL, with nothing changed, where there is more to it: another build is read, several programs share
-- it, it could not apply something, somebody else has moved it, or the next entries are handled, unknown or missing.
CREATE FUNCTION models.pass(
    p_build integer, p_epoch bigint, p_position bigint, p_most integer, p_handled text[], p_known text[]
) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    entries bigint;
    past bigint;
    is_idle boolean;
BEGIN
    PERFORM models.take_turn(p_build);
    IF NOT EXISTS (SELECT FROM models.builds b
                   JOIN models.active a ON a.projection = b.projection AND a.version = b.version AND a.build = b.build
                   WHERE b.build = p_build AND b.epoch = p_epoch AND b.retired IS NULL)
       OR EXISTS (SELECT FROM models.held h WHERE h.build = p_build)
       OR EXISTS (SELECT FROM models.faults f WHERE f.build = p_build)
       OR (SELECT max(c.position) FROM models.cursors c WHERE c.build = p_build) IS DISTINCT FROM p_position
    THEN RETURN NULL; END IF;
    SELECT count(*), max(e.position) + 1, bool_and(e.type = ANY (p_known) AND e.type <> ALL (p_handled))
    INTO entries, past, is_idle
    FROM log.events e
    WHERE e.position >= p_position AND e.position < p_position + p_most;
    IF entries = 0 THEN
        IF EXISTS (SELECT FROM log.newest n WHERE n.position >= p_position) THEN RETURN NULL; END IF;
        RETURN p_position;
    END IF;
    IF NOT is_idle OR past <> p_position + entries THEN RETURN NULL; END IF;
    INSERT INTO models.cursors (build, position) VALUES (p_build, past);
    DELETE FROM models.cursors c WHERE c.build = p_build AND c.position = p_position;
    RETURN past;
END
$$;
REVOKE ALL ON FUNCTION models.pass FROM PUBLIC;
GRANT EXECUTE ON FUNCTION models.pass TO marketplace_projectors;
