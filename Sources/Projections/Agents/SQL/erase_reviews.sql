-- Words go with the entry that commits to them.
UPDATE reviews SET title = NULL, body = NULL WHERE entry = ANY ($1)
