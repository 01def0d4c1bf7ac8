DELETE FROM vault.roles
