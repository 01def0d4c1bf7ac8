-- The agents that some builds park, each with where its entries wait in one of them.
SELECT key, position FROM models.faults WHERE build = ANY ($1::integer[]) AND key <> ''
