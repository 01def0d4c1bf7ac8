-- The programs that have a lease, and whether the clock says that it is not over. A clock that was set may be wrong about it.
SELECT encode(uuid_send(g.id), 'hex') AS id, g.program, g.part, g.edition, g.models,
       (extract(epoch FROM clock_timestamp() - g.seen) * 1000)::bigint AS silent, g.seen::text AS sign,
       g.seen BETWEEN clock_timestamp() - $1 * interval '1 millisecond' AND clock_timestamp() + interval '1 second' AS is_held
FROM log.programs g
ORDER BY g.begun, g.id
