-- An agent is shown under the owner who has been one for the longest.
UPDATE models.agents AS a
SET owner = o.person
FROM unnest($1::text[]) AS k (key)
CROSS JOIN LATERAL (
    SELECT w.person FROM models.agent_owners w
    WHERE w.key = k.key AND w.role = 'owner'
    ORDER BY w.position, w.person
    LIMIT 1
) AS o
WHERE a.key = k.key
