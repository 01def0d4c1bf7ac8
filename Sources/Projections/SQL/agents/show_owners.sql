-- An agent is shown under who registered it until they leave, then under the owner who has been one for the longest; under
-- nobody where there is none.
UPDATE models.agents AS a
SET owner = coalesce(
    (SELECT o.person FROM models.agent_owners o
     WHERE o.key = a.key AND (o.is_registrar OR o.role = 'owner')
     ORDER BY o.is_registrar DESC, o.position, o.person
     LIMIT 1), '')
WHERE a.key = ANY ($1)
