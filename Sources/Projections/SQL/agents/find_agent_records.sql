SELECT key, agent_id, created, updated, updated_position, record FROM models.agents WHERE key = ANY ($1)
