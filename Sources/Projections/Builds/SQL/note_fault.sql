INSERT INTO models.faults AS f (build, key, position, reason) VALUES ($1, $2, $3, $4)
ON CONFLICT (build, key) DO UPDATE SET
    -- Of several workers that stand still the first place is told.
    position = CASE WHEN f.key = '' THEN least(f.position, excluded.position) ELSE excluded.position END,
    reason = CASE WHEN f.key = '' AND f.position < excluded.position THEN f.reason ELSE excluded.reason END,
    tried = now()
