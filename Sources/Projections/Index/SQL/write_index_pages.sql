INSERT INTO index_pages (key, digest, document)
SELECT n.key, n.digest, n.document FROM unnest($1::text[], $2::bytea[], $3::bytea[]) AS n (key, digest, document)
ON CONFLICT (key, digest) DO NOTHING
