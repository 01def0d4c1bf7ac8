-- Servers of which the batch says everything. $5 is the entry that gave one its status, NULL where it has it from before; $6 the
-- last one that says something of it.
INSERT INTO servers (key, precedence, version, status, status_changed, changed, updated, is_latest, searched)
SELECT w.key, w.precedence, w.version, w.status, coalesce(f.recorded, o.status_changed), w.changed, e.recorded, w.is_latest,
       w.searched
FROM unnest($1::text[], $2::bytea[], $3::text[], $4::integer[], $5::bigint[], $6::bigint[], $7::boolean[], $8::text[])
    AS w (key, precedence, version, status, status_position, changed, is_latest, searched)
JOIN log.events e ON e.position = w.changed
LEFT JOIN log.events f ON f.position = w.status_position
LEFT JOIN servers o ON o.key = w.key AND o.precedence = w.precedence
ON CONFLICT (key, precedence) DO UPDATE
SET status = excluded.status, status_changed = excluded.status_changed, changed = excluded.changed,
    updated = excluded.updated, is_latest = excluded.is_latest, searched = excluded.searched
