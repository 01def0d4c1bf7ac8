SELECT set_config('marketplace.verifiers', $1, true)
