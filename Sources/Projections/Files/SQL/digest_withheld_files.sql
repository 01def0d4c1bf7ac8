-- A digest that changes when the list of withheld files changes.
SELECT coalesce(md5(string_agg(w.sha256::text || w.kind || w.reason || w.since::text, ',' ORDER BY w.sha256)), '')
FROM withheld_files w
