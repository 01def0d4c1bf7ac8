-- What a batch that has committed came to.
SELECT first, refused, reasons FROM log.writers WHERE writer = $1 AND batch = $2 AND first IS NOT NULL
