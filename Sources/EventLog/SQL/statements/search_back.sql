-- Entries within a window of positions, the last one first: all, or those of a type, of a stream, or about an agent. There is no
-- index on any of them, so the window is a bound as well. What is about an agent is in one slice: its stream, what people judge,
-- and among the downloads of all agents of the slice those of its own.
SELECT position, stream, version, type, recorded, entry
FROM log.events
WHERE position >= $1 AND position < $2 AND (type = $3::text OR $3 IS NULL) AND (slice = $4::integer OR $4 IS NULL)
  AND (stream = $5::text OR $5 IS NULL)
  AND ($6::text IS NULL
       OR split_part(stream, '/', 1) IN ('agent', 'review', 'vote', 'star') AND split_part(stream, '/', 2) = $6
       OR split_part(stream, '/', 1) = 'downloads' AND convert_from(entry, 'UTF8')::jsonb #>> '{data,agent}' = $6)
ORDER BY position DESC
LIMIT $7
