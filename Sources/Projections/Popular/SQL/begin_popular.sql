-- Begins the generation behind the one that was last. Where another program has begun it since then, this fails.
INSERT INTO models.popular_generations (generation, day, position)
VALUES ($1::integer, date '1970-01-01' + $2::integer, $3::bigint)
