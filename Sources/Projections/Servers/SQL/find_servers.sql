-- What is known of the servers that some agents are.
SELECT key, precedence, status::bigint AS status, status_changed, updated, is_latest FROM servers WHERE key = ANY ($1)
