SELECT t.person FROM audit_tokens t WHERE t.token = $1
