-- Agents as they are after the batch; who owns them and which version is shown follow.
WITH written AS (
    INSERT INTO agents (key, agent_id, owner, created, updated, updated_position, record, is_deprecated,
                               is_quarantined)
    SELECT w.key, w.agent_id, '', to_timestamp(w.created / 1000.0), to_timestamp(w.updated / 1000.0), w.position, w.record,
           w.is_deprecated, w.is_quarantined
    FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bytea[], $7::boolean[],
                $8::boolean[])
        AS w (key, agent_id, created, updated, position, record, is_deprecated, is_quarantined)
    ON CONFLICT (key) DO UPDATE
    SET updated = excluded.updated, updated_position = excluded.updated_position, record = excluded.record,
        is_deprecated = excluded.is_deprecated, is_quarantined = excluded.is_quarantined
)
INSERT INTO agent_counters (key)
SELECT w.key FROM unnest($1::text[]) AS w (key)
ON CONFLICT (key) DO NOTHING
