INSERT INTO models.faults AS f (build, key, position, reason) VALUES ($1, $2, $3, $4)
ON CONFLICT (build, key) DO UPDATE SET position = excluded.position, reason = excluded.reason, tried = now()
