-- Whether something was said since scores were made of more agents than so many.
SELECT EXISTS (SELECT FROM agent_search a WHERE a.position >= $1 ORDER BY a.position DESC OFFSET $2 LIMIT 1)
