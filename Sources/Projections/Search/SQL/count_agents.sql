-- How many agents search may show.
SELECT count(*) FROM agent_search
