-- Public contents of some entries.
SELECT position, field, nonce, document
FROM log.public_contents
WHERE position = ANY ($1)
ORDER BY position, field
