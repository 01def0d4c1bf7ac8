-- Whoever reads a build that is dropped goes first; the drop is tried again later.
SELECT set_config('lock_timeout', '1s', true)
