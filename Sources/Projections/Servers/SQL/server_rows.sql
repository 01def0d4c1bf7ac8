SELECT f.agent_id, f.listing, f.published, f.position, f.precedence, f.version, f.status::bigint AS status, f.status_changed,
       f.changed, f.updated, f.is_latest, f.ratings, f.rating_sum, f.readers,
       -- What each side said is the reason for a status; of an active one there is none.
       CASE WHEN f.status > 0 THEN (SELECT a.record FROM agents a WHERE a.key = f.key) END AS agent_record,
       CASE WHEN f.status > 0 THEN (
           SELECT v.record FROM agent_versions v WHERE v.key = f.key AND v.precedence = f.precedence
       ) END AS record
FROM found f
