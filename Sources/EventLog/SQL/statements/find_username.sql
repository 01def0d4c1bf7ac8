-- The id that stands for a folded name.
SELECT id FROM vault.usernames WHERE name = $1
