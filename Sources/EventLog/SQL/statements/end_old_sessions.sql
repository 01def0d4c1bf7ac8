-- Ends transactions of the program's logins that are old, since they may hold what the preparation has to change.
SELECT count(*) FILTER (WHERE pg_terminate_backend(a.pid))
FROM pg_stat_activity a
WHERE a.usename IN (
        'marketplace_owner', 'marketplace_commands', 'marketplace_projectors', 'marketplace_queries',
        'marketplace_relays', 'marketplace_readers')
  AND a.xact_start < now() - interval '5 seconds'
