-- The keys of listed agents that nobody holds, from one key on to before another, with the time of their last version.
SELECT key, updated FROM agents WHERE listed AND NOT is_quarantined AND key >= $1 AND ($2 = '' OR key < $2) ORDER BY key LIMIT $3
