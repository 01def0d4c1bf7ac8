-- One worker a projection: the second waits for the transaction of the first, then sees its cursor.
SELECT true FROM (SELECT pg_advisory_xact_lock(1885564270, hashtext($1))) AS turn
