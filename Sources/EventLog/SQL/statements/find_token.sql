SELECT token FROM vault.tokens WHERE hash = $1
