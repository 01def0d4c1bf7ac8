-- How often each rating of an agent was given.
SELECT ones, twos, threes, fours, fives, position FROM models.agent_ratings WHERE key = $1
