-- Ends sessions of logins that only read, or write models, which keep what all share: locks, or a snapshot. A login that may
-- verify the whole log may take a day.
SELECT count(*) FILTER (WHERE pg_terminate_backend(a.pid))
FROM pg_stat_activity a
WHERE a.datname = current_database()
  AND a.usename IN ('marketplace_projectors', 'marketplace_queries', 'marketplace_relays', 'marketplace_readers')
  AND (a.xact_start < now() - CASE a.usename
           WHEN 'marketplace_readers' THEN interval '24 hours'
           WHEN 'marketplace_projectors' THEN interval '10 minutes'
           ELSE interval '1 minute' END
       OR (SELECT count(*) FROM pg_locks l WHERE l.pid = a.pid) > $1)
