-- Whoever holds a lock for longer goes first; what needs it is tried again later.
SELECT set_config('lock_timeout', '1s', true)
