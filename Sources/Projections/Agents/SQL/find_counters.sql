-- What is counted of an agent.
SELECT stars, ones, twos, threes, fours, fives, downloads, readers FROM agent_counters WHERE key = $1
