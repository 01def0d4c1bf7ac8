-- Forgets readers of some agents before a day: they are not told again.
DELETE FROM reputation_readers r
USING unnest($1::text[], $2::integer[]) AS p (key, day)
WHERE r.key = p.key AND r.day < p.day
