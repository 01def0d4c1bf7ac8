-- The next position that all models of agents will apply.
SELECT next FROM models.agents_reflected
