INSERT INTO models.agent_details (key, agent_id, owner, created, updated, changed_position)
SELECT a.key, a.agent_id, a.owner, a.at, a.at, a.position
FROM (
    SELECT r.key, r.agent_id, r.owner, to_timestamp(r.ms / 1000.0) AS at, r.position
    FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[])
        AS r (key, agent_id, owner, ms, position)
) AS a
