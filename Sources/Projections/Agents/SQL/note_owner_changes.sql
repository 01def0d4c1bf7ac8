-- The time at which somebody last got a role on an agent or lost one.
UPDATE agents AS a
SET owners_changed = to_timestamp(c.ms / 1000.0)
FROM unnest($1::text[], $2::bigint[]) AS c (key, ms)
WHERE a.key = c.key
