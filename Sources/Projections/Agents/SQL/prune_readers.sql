-- Forgets tokens of the agents of a batch that are too old to be told again. Other agents' stay: theirs may wait.
DELETE FROM download_readers r
USING unnest($1::text[], $2::integer[]) AS p (key, day)
WHERE r.key = p.key AND r.day < date '1970-01-01' + p.day
