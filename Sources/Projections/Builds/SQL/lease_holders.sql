-- The programs whose lease is not over.
SELECT g.program, g.part, g.edition, g.models, (extract(epoch FROM clock_timestamp() - g.seen) * 1000)::bigint AS silent
FROM log.programs g
WHERE g.seen > clock_timestamp() - $1 * interval '1 millisecond'
ORDER BY g.begun, g.id
