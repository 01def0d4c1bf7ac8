WITH new AS (
    SELECT r.key, r.agent_id, r.owner, to_timestamp(r.ms / 1000.0) AS at, r.position
    FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[])
        AS r (key, agent_id, owner, ms, position)
), owners AS (
    INSERT INTO models.agent_owners (key, person, role, position)
    SELECT key, owner, 'owner', position FROM new
)
INSERT INTO models.agents (key, agent_id, owner, created, updated, updated_position, changed_position)
SELECT key, agent_id, owner, at, at, position, position FROM new
