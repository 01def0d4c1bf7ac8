INSERT INTO publishing_days AS p (day, person, versions, agents)
SELECT date '1970-01-01' + n.day, n.person, n.versions, n.agents
FROM unnest($1::integer[], $2::text[], $3::bigint[], $4::bigint[]) AS n (day, person, versions, agents)
ON CONFLICT (day, person) DO UPDATE SET versions = p.versions + excluded.versions, agents = p.agents + excluded.agents
