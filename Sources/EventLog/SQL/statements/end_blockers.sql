-- Ends the sessions that keep the view of the newest positions from being replaced; says how many there were.
SELECT count(*) FILTER (WHERE pg_terminate_backend(l.pid))
FROM pg_locks l
JOIN pg_database d ON d.oid = l.database AND d.datname = current_database()
WHERE l.relation = 'log.newest'::regclass AND l.granted AND l.pid <> pg_backend_pid()
