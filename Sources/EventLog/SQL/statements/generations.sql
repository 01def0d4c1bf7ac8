-- The generations of routines that the database has.
SELECT nspname::text FROM pg_namespace WHERE nspname ~ '^log_r[0-9]+$' ORDER BY nspname
