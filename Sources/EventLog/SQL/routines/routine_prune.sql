-- Drops a bounded number of rows of each table that nobody can ask for any more, and says how many rows went of the one of
-- which the most did; the caller calls until that is less than the bound. Rows that another session has locked are passed over.
-- A sequential scan would read what is not due as well.
CREATE PROCEDURE log_r1.prune(p_rows bigint, OUT most bigint)
LANGUAGE plpgsql AS $$
DECLARE
    gone bigint;
BEGIN
    most := 0;
    -- Of a spool all but the last range, and a spool whose file is gone.
    DELETE FROM log.spools
    WHERE ctid IN (
        SELECT s.ctid FROM log.spools s
        WHERE s.forgotten < now() - interval '24 hours'
           OR EXISTS (SELECT FROM log.spools n WHERE n.spool = s.spool AND n.start > s.start)
        LIMIT p_rows FOR UPDATE SKIP LOCKED);
    GET DIAGNOSTICS gone = ROW_COUNT;
    most := greatest(most, gone);
    COMMIT;
    PERFORM set_config('enable_seqscan', 'off', true);
    DELETE FROM vault.invitations
    WHERE ctid IN (
        SELECT ctid FROM vault.invitations WHERE expires < now() LIMIT p_rows FOR UPDATE SKIP LOCKED);
    GET DIAGNOSTICS gone = ROW_COUNT;
    most := greatest(most, gone);
    COMMIT;
    -- A credential that was revoked long ago is unknown.
    PERFORM set_config('enable_seqscan', 'off', true);
    DELETE FROM vault.tokens
    WHERE ctid IN (
        SELECT ctid FROM vault.tokens WHERE ended < now() - interval '30 days' LIMIT p_rows FOR UPDATE SKIP LOCKED);
    GET DIAGNOSTICS gone = ROW_COUNT;
    most := greatest(most, gone);
    COMMIT;
    PERFORM set_config('enable_seqscan', 'off', true);
    DELETE FROM vault.names
    WHERE ctid IN (SELECT ctid FROM vault.names WHERE rests <= now() LIMIT p_rows FOR UPDATE SKIP LOCKED);
    GET DIAGNOSTICS gone = ROW_COUNT;
    most := greatest(most, gone);
    COMMIT;
    -- Days that are over, one more than any clock can be off.
    PERFORM set_config('enable_seqscan', 'off', true);
    DELETE FROM vault.daily_shares
    WHERE ctid IN (
        SELECT ctid FROM vault.daily_shares WHERE day < extract(epoch FROM now())::bigint / 86400 - 1
        LIMIT p_rows FOR UPDATE SKIP LOCKED);
    GET DIAGNOSTICS gone = ROW_COUNT;
    most := greatest(most, gone);
    COMMIT;
END
$$;
REVOKE ALL ON PROCEDURE log_r1.prune FROM PUBLIC;
GRANT EXECUTE ON PROCEDURE log_r1.prune TO marketplace_commands;
