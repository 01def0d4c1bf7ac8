-- The log time of an entry.
SELECT e.recorded FROM log.events e WHERE e.position = $1
