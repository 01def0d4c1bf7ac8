-- Servers of which no entry of the batch says more than what concerns the agent.
UPDATE servers s
SET status = w.status, changed = w.changed, updated = e.recorded, is_latest = w.is_latest,
    status_changed = coalesce(f.recorded, s.status_changed)
FROM unnest($1::text[], $2::bytea[], $3::integer[], $4::bigint[], $5::bigint[], $6::boolean[])
    AS w (key, precedence, status, status_position, changed, is_latest)
JOIN log.events e ON e.position = w.changed
LEFT JOIN log.events f ON f.position = w.status_position
WHERE s.key = w.key AND s.precedence = w.precedence
