DELETE FROM vault.held_files
