-- Which of these streams have an entry.
SELECT uuid_send(id) FROM log.streams WHERE id = ANY ($1) AND version = 1
