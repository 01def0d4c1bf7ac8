DELETE FROM index_pages p USING unnest($1::text[], $2::bytea[]) AS g (key, digest)
WHERE p.key = g.key AND p.digest = g.digest
