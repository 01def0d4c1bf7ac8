-- What keeps the logins of the present database from being boundaries, in words; asked by its owner.
WITH logins AS (
    SELECT r.oid, r.rolname, r.rolsuper FROM pg_roles r
    WHERE r.rolname IN (
        'marketplace_commands', 'marketplace_projectors', 'marketplace_queries', 'marketplace_relays',
        'marketplace_readers')
)
SELECT w.weakness
FROM (
    VALUES
        (1, 'the owner of the schema is a superuser', (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)),
        (2, 'a login is a superuser', EXISTS (SELECT FROM logins l WHERE l.rolsuper)),
        (3, 'who only reads can take the lock of the append',
         has_function_privilege('marketplace_queries', 'pg_advisory_lock(bigint)', 'EXECUTE')),
        (4, 'who only reads can fill the disk by large objects, temporary tables or DO blocks',
         has_function_privilege('marketplace_queries', 'lo_create(oid)', 'EXECUTE')
             OR has_database_privilege('marketplace_queries', current_database(), 'TEMPORARY')
             OR has_language_privilege('marketplace_queries', 'plpgsql', 'USAGE')),
        (5, 'a login is a member of another role',
         EXISTS (SELECT FROM pg_auth_members m WHERE m.member IN (SELECT l.oid FROM logins l))),
        (6, 'the logins can use other databases of the server: '
             || (SELECT string_agg(d.datname, ', ' ORDER BY d.datname) FROM pg_database d
                 WHERE d.datallowconn AND d.datname <> current_database()
                   AND has_database_privilege('marketplace_queries', d.oid, 'CONNECT')),
         EXISTS (SELECT FROM pg_database d
                 WHERE d.datallowconn AND d.datname <> current_database()
                   AND has_database_privilege('marketplace_queries', d.oid, 'CONNECT')))
) AS w (ordinal, weakness, is_so)
WHERE w.is_so
ORDER BY w.ordinal
