INSERT INTO models.skipped (build, position) SELECT $1, p.position FROM unnest($2::bigint[]) AS p (position)
ON CONFLICT DO NOTHING
