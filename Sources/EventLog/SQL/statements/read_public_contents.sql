-- Public contents from a position on.
SELECT position, field, nonce, document
FROM log.public_contents
WHERE position >= $1
ORDER BY position, field
LIMIT $2
