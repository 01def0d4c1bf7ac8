INSERT INTO index_documents (key, document, position)
SELECT n.key, n.document, n.position FROM unnest($1::text[], $2::bytea[], $3::bigint[]) AS n (key, document, position)
ON CONFLICT (key) DO UPDATE SET document = excluded.document, position = excluded.position
