-- The outcomes of a batch that has committed.
SELECT outcomes FROM log.writers WHERE writer = $1 AND batch = $2 AND outcomes IS NOT NULL
