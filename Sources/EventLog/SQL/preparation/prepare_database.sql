-- Makes the logins of the program, gives them the present database, and takes from everybody what could hold up an append
-- or fill the disk. Runs in one transaction, by a superuser or by somebody who may make roles and owns the database; only
-- a superuser can do the last part. It may run again: it then sets the passwords anew.
--
-- The setting marketplace.verifiers holds a JSON object: the verifier of the password of each role.
DO $$
DECLARE
    is_superuser constant boolean := (SELECT rolsuper FROM pg_roles WHERE rolname = current_user);
    server_connections constant integer := current_setting('max_connections')::integer;
    login record;
    role record;
    statement text;
BEGIN
    -- A part of the server's connections each, so that whoever reads can't keep commands out.
    FOR login IN
        SELECT v.key AS name, v.value AS verifier,
               CASE v.key
                   WHEN 'marketplace_queries' THEN server_connections * 2 / 5
                   WHEN 'marketplace_projectors' THEN server_connections / 4
                   WHEN 'marketplace_readers' THEN server_connections / 10
                   WHEN 'marketplace_relays' THEN server_connections / 10
                   ELSE -1
               END AS connections
        FROM jsonb_each_text(current_setting('marketplace.verifiers')::jsonb) AS v
    LOOP
        SELECT r.rolsuper OR r.rolreplication OR r.rolbypassrls AS is_powerful INTO role
        FROM pg_roles r WHERE r.rolname = login.name;
        IF NOT FOUND THEN
            EXECUTE format('CREATE ROLE %I', login.name);
        ELSIF role.is_powerful THEN
            RAISE EXCEPTION 'the role % has rights over the whole server: ALTER ROLE % NOSUPERUSER NOREPLICATION NOBYPASSRLS',
                login.name, login.name;
        END IF;
        EXECUTE format(
            'ALTER ROLE %I LOGIN NOCREATEDB NOCREATEROLE CONNECTION LIMIT %s PASSWORD %L',
            login.name, login.connections, login.verifier);
        -- What it has set for itself.
        EXECUTE format('ALTER ROLE %I RESET ALL', login.name);
        IF is_superuser AND login.name <> 'marketplace_owner' THEN
            EXECUTE format(
                'ALTER ROLE %I SET temp_file_limit = %L', login.name,
                CASE login.name WHEN 'marketplace_readers' THEN '8GB' ELSE '1GB' END);
        END IF;
    END LOOP;

    -- They are members of nothing, and nobody is a member of them.
    FOR statement IN
        SELECT format('REVOKE %I FROM %I', granted.rolname, member.rolname)
        FROM pg_auth_members m
        JOIN pg_roles granted ON granted.oid = m.roleid
        JOIN pg_roles member ON member.oid = m.member
        WHERE current_setting('marketplace.verifiers')::jsonb ?| ARRAY[granted.rolname::text, member.rolname::text]
    LOOP
        EXECUTE statement;
    END LOOP;
    -- Upkeep ends sessions that stand in its way.
    GRANT pg_signal_backend TO marketplace_owner;
    IF NOT is_superuser THEN GRANT marketplace_owner TO CURRENT_USER; END IF;

    -- What a program that used one login for everything has made.
    FOR statement IN
        WITH schemas AS (
            SELECT n.oid, n.nspname, n.nspowner FROM pg_namespace n
            WHERE n.nspname IN ('log', 'models', 'relay', 'vault') OR n.nspname ~ '^(log_r|model_[a-z]+_)[0-9]+$'
        ), present AS (
            SELECT 1 AS turn, format('SCHEMA %I', s.nspname) AS object, s.nspowner AS owner FROM schemas s
            UNION ALL
            SELECT 2, format('%s %s', CASE c.relkind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END, c.oid::regclass), c.relowner
            FROM pg_class c
            WHERE c.relkind IN ('r', 'p', 'v')
              AND (c.relnamespace IN (SELECT s.oid FROM schemas s) OR c.oid = to_regclass('public.schema_steps'))
            UNION ALL
            SELECT 3, format('ROUTINE %s', p.oid::regprocedure), p.proowner
            FROM pg_proc p WHERE p.pronamespace IN (SELECT s.oid FROM schemas s)
        )
        SELECT format('ALTER %s OWNER TO marketplace_owner', p.object) FROM present p
        WHERE p.owner <> 'marketplace_owner'::regrole ORDER BY p.turn, p.object
    LOOP
        EXECUTE statement;
    END LOOP;

    EXECUTE format('ALTER DATABASE %I OWNER TO marketplace_owner', current_database());
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format(
        'GRANT CONNECT ON DATABASE %I TO marketplace_commands, marketplace_projectors, marketplace_queries, marketplace_relays, marketplace_readers',
        current_database());
    REVOKE ALL ON SCHEMA public FROM PUBLIC;
    GRANT USAGE ON SCHEMA public TO marketplace_projectors, marketplace_queries, marketplace_relays;

    IF is_superuser THEN
        -- Locks that appends wait for, files outside of every table, and writes that no right on a table bounds.
        FOR statement IN
            SELECT format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', p.oid::regprocedure)
            FROM pg_proc p
            WHERE p.pronamespace = 'pg_catalog'::regnamespace
              AND (p.proname ~ '^pg_(try_)?advisory_' OR p.proname ~ '^lo_'
                   OR p.proname IN ('loread', 'lowrite', 'pg_logical_emit_message', 'pg_notify', 'pg_export_snapshot'))
        LOOP
            EXECUTE statement;
        END LOOP;
        GRANT EXECUTE ON FUNCTION pg_advisory_xact_lock(bigint) TO marketplace_owner, marketplace_commands;
        -- Locks under two keys are others than those under one: those of builds. The other parts take them by functions of
        -- the owner.
        GRANT EXECUTE ON FUNCTION
            pg_advisory_lock(integer, integer), pg_advisory_unlock(integer, integer),
            pg_advisory_xact_lock(integer, integer), pg_advisory_xact_lock_shared(integer, integer),
            pg_try_advisory_lock(integer, integer),
            pg_try_advisory_xact_lock(integer, integer), pg_try_advisory_lock_shared(integer, integer),
            pg_advisory_unlock_shared(integer, integer)
            TO marketplace_owner;
        REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC;
        GRANT USAGE ON LANGUAGE plpgsql TO marketplace_owner;
    ELSE
        REVOKE marketplace_owner FROM CURRENT_USER;
    END IF;
END
$$;
