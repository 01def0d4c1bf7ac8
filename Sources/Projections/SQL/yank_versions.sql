-- The last word of the batch on each version.
UPDATE models.agent_versions AS v
SET is_yanked = y.is_yanked, yank_reason = y.reason, yank_note = y.note, changed_position = y.position
FROM unnest($1::text[], $2::bytea[], $3::boolean[], $4::text[], $5::bytea[], $6::bigint[])
    AS y (key, precedence, is_yanked, reason, note, position)
WHERE v.key = y.key AND v.precedence = y.precedence
