INSERT INTO servers (key, precedence, status, status_changed, updated, is_latest, listed, searched)
SELECT w.key, w.precedence, w.status, to_timestamp(w.status_changed / 1000.0), to_timestamp(w.updated / 1000.0), w.is_latest,
       w.listed, w.searched
FROM unnest($1::text[], $2::bytea[], $3::integer[], $4::bigint[], $5::bigint[], $6::boolean[], $7::boolean[], $8::text[])
    AS w (key, precedence, status, status_changed, updated, is_latest, listed, searched)
ON CONFLICT (key, precedence) DO UPDATE
SET status = excluded.status, status_changed = excluded.status_changed, updated = excluded.updated,
    is_latest = excluded.is_latest, listed = excluded.listed, searched = excluded.searched
