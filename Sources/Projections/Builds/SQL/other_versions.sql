-- The builds that programs of other versions read.
SELECT a.projection, a.version, a.build, b.epoch
FROM models.active a
JOIN models.builds b ON b.build = a.build
WHERE NOT EXISTS (SELECT FROM unnest($1::text[], $2::integer[]) AS k (projection, version)
                  WHERE k.projection = a.projection AND k.version = a.version)
ORDER BY a.projection, a.version
