-- Servers of which the batch says everything. $5 is the entry that gave one its status, NULL where it has it from before; $6 the
-- last one that says something of it.
INSERT INTO servers (
    key, precedence, version, status, status_changed, changed, updated, is_latest, searched, agent_id, listing, published, position)
SELECT w.key, w.precedence, w.version, w.status, coalesce(f.recorded, o.status_changed), w.changed, e.recorded, w.is_latest,
       w.searched, w.agent_id, w.listing, to_timestamp(w.published / 1000.0), w.position
FROM unnest($1::text[], $2::bytea[], $3::text[], $4::integer[], $5::bigint[], $6::bigint[], $7::boolean[], $8::text[],
            $9::text[], $10::bytea[], $11::bigint[], $12::bigint[])
    AS w (key, precedence, version, status, status_position, changed, is_latest, searched, agent_id, listing, published, position)
JOIN log.events e ON e.position = w.changed
LEFT JOIN log.events f ON f.position = w.status_position
LEFT JOIN servers o ON o.key = w.key AND o.precedence = w.precedence
ON CONFLICT (key, precedence) DO UPDATE
SET status = excluded.status, status_changed = excluded.status_changed, changed = excluded.changed,
    updated = excluded.updated, is_latest = excluded.is_latest, searched = excluded.searched, listing = excluded.listing
