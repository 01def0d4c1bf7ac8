-- The agents that a build parks, each with where its entries wait.
SELECT key, position FROM models.faults WHERE build = $1 AND key <> ''
