-- Builds that nobody reads any more, and unfinished ones that nobody goes on with: a check never, others after a day.
SELECT b.build, b.epoch, b.projection, b.retired IS NOT NULL AS is_retired
FROM models.builds b
WHERE b.retired IS NOT NULL
   OR b.activated IS NULL AND (
        b.purpose = 'check'
        OR greatest((SELECT max(c.moved) FROM models.cursors c WHERE c.build = b.build),
                    (SELECT max(f.tried) FROM models.faults f WHERE f.build = b.build)) < now() - interval '1 day')
ORDER BY b.build
