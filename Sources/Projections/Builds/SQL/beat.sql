-- A sign of life for the active builds of some projections.
INSERT INTO models.beats AS t (build, program, beat)
SELECT a.build, $3, clock_timestamp()
FROM unnest($1::text[], $2::integer[]) AS k (projection, version)
JOIN models.active a ON a.projection = k.projection AND a.version = k.version
ON CONFLICT (build) DO UPDATE SET program = excluded.program, beat = excluded.beat
