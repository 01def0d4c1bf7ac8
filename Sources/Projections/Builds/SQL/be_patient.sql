-- Whoever holds a lock for longer than this goes first; what needs it is tried again later.
SELECT set_config('lock_timeout', $1, true)
