SELECT data, listing, published, position, precedence, is_yanked, yank_reason, yank_note, changed_position
FROM models.agent_versions
WHERE key = $1 AND precedence = $2
