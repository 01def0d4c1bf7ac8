SELECT stream FROM vault.roles WHERE person = $1 ORDER BY stream LIMIT $2
