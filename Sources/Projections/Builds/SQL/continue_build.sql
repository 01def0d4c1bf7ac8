-- Whoever made the build before may still be at work; with another epoch it can't write any more.
UPDATE models.builds SET epoch = epoch + 1, program = $2
WHERE build = $1 AND activated IS NULL AND retired IS NULL
RETURNING build, epoch
