SELECT position, field, nonce, document FROM log.public_contents WHERE position = $1 AND field = $2
