-- The turn on a build, for the session.
SELECT true FROM (SELECT pg_advisory_lock(1885564270, $1)) AS turn
