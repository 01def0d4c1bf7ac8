-- The id that stands for the name that somebody has.
SELECT id FROM vault.usernames WHERE person = $1
