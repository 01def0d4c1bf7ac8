SELECT true FROM vault.pending_flags WHERE id = $1
