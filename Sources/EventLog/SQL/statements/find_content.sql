-- What somebody wrote, where it was not erased.
SELECT document, nonce FROM log.contents WHERE position = $1 AND field = $2
