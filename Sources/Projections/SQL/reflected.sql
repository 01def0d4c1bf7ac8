-- The next position that all of the projections named will apply.
SELECT coalesce(min(c.position), 0)
FROM unnest($1::text[]) AS p (projection)
LEFT JOIN LATERAL (
    SELECT coalesce(max(k.position), 0) AS position FROM models.cursors k WHERE k.projection = p.projection
) AS c ON true
