-- The shown publisher is the person who registered the agent, until they leave; after that the owner of longest standing;
-- empty without an owner.
UPDATE agents AS a
SET owner = coalesce(
    (SELECT o.person FROM agent_owners o
     WHERE o.key = a.key AND (o.is_registrar OR o.role = 'owner')
     ORDER BY o.is_registrar DESC, o.position, o.person
     LIMIT 1), '')
WHERE a.key = ANY ($1)
