-- The agents that some builds park.
SELECT DISTINCT key FROM models.faults WHERE build = ANY ($1::integer[]) AND key <> '' ORDER BY key
