-- The last two generations, the newer one first, and how many milliseconds ago each was made.
SELECT g.generation::bigint AS generation, (g.day - date '1970-01-01')::bigint AS day, g.position, g.took_ms,
       (extract(epoch FROM clock_timestamp() - g.made) * 1000)::bigint AS age
FROM models.popular_generations g
ORDER BY g.generation DESC
LIMIT 2
