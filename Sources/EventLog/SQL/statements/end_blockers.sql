-- Ends the sessions that another one waits for, where their transactions are not of this moment; says how many.
SELECT count(*) FILTER (WHERE pg_terminate_backend(a.pid))
FROM pg_stat_activity a
WHERE a.pid = ANY (pg_blocking_pids($1::integer))
  AND a.xact_start < clock_timestamp() - interval '1 second'
  AND (a.usename = session_user
       OR a.usename IN (
            'marketplace_commands', 'marketplace_projectors', 'marketplace_queries', 'marketplace_relays',
            'marketplace_readers'))
