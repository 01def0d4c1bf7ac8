-- Whoever holds a turn for longer than a transaction may pause goes first; what needs it is tried again later.
SELECT set_config('lock_timeout', '4s', true)
