SELECT flag FROM vault.flag_erasures WHERE due <= now() ORDER BY random() LIMIT $1
