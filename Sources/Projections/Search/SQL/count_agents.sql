SELECT count(*) FROM agent_search
