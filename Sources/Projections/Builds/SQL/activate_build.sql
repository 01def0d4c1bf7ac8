INSERT INTO models.active (projection, version, build)
SELECT b.projection, b.version, b.build FROM models.builds b WHERE b.build = $1
ON CONFLICT (projection, version) DO UPDATE SET build = excluded.build
