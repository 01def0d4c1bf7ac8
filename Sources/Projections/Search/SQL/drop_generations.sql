-- Drops all generations but the last two and those of the last two minutes: a front may not know a newer one yet.
WITH old AS (
    DELETE FROM models.search_generations WHERE generation < $1::integer - 1 AND made < now() - interval '2 minutes' RETURNING generation
), scores AS (
    DELETE FROM models.search_scores s USING old o WHERE s.generation = o.generation
)
DELETE FROM models.search_words w USING old o WHERE w.generation = o.generation
