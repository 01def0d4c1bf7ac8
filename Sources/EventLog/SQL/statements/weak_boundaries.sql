-- What keeps the logins of the present database from being boundaries, in words; asked by its owner.
SELECT w.weakness
FROM (
    VALUES
        (1, 'the owner of the schema is a superuser', (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)),
        (2, 'who only reads can take the lock of the append',
         has_function_privilege('marketplace_queries', 'pg_advisory_lock(bigint)', 'EXECUTE')),
        (3, 'a login is a member of another role',
         EXISTS (
            SELECT FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member
            WHERE r.rolname IN (
                'marketplace_commands', 'marketplace_projectors', 'marketplace_queries', 'marketplace_readers')))
) AS w (ordinal, weakness, is_so)
WHERE w.is_so
ORDER BY w.ordinal
