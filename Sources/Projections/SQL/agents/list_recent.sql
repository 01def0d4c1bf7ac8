-- Listed agents, the one changed last first, from before a position.
SELECT * FROM models.listed_agents WHERE updated_position < $1 ORDER BY updated_position DESC LIMIT $2
