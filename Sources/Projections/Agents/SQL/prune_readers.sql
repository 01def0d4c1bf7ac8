-- Deletes readers that are too old to be reported again, of the agents of a batch only: another agent's entries may be
-- parked and still come.
DELETE FROM download_readers r
USING unnest($1::text[], $2::integer[]) AS p (key, day)
WHERE r.key = p.key AND r.day < date '1970-01-01' + p.day
