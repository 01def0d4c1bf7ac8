SELECT build, purpose, definition, epoch FROM models.builds
WHERE projection = $1 AND version = $2 AND activated IS NULL AND retired IS NULL
