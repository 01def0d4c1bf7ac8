SELECT key, agent_id, created, updated, updated_position, record FROM agents WHERE key = ANY ($1)
