SELECT address FROM vault.mailboxes WHERE person = $1
