-- How far each topic is.
SELECT topic, epoch, holder, next, last, moved,
       (extract(epoch FROM clock_timestamp() - seen) * 1000)::bigint AS unseen,
       coalesce((SELECT n.position + 1 FROM log.newest n ORDER BY n.position DESC LIMIT 1), 0) AS head
FROM relay.topics
ORDER BY topic
