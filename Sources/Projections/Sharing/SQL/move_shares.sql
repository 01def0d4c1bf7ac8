-- Moves every slice of a shared build that is before a position there, unless somebody changed the build.
UPDATE models.shares s SET moved = clock_timestamp(),
    next = (SELECT array_agg(greatest(n.next, $2) ORDER BY n.place) FROM unnest(s.next) WITH ORDINALITY AS n (next, place))
FROM models.builds b
WHERE s.build = $1 AND b.build = s.build AND b.epoch = $3
