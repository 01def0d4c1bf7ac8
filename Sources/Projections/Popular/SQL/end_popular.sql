-- Notes how long a generation took to make.
UPDATE models.popular_generations g
SET took_ms = (extract(epoch FROM clock_timestamp() - g.made) * 1000)::bigint
WHERE g.generation = $1::integer
