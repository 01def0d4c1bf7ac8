SELECT position, field, nonce, document
FROM log.contents
WHERE position = ANY ($1)
ORDER BY position, field
