-- Drops all generations but the last two.
WITH old AS (
    DELETE FROM models.search_generations WHERE generation < $1::integer - 1 RETURNING generation
), scores AS (
    DELETE FROM models.search_scores s USING old o WHERE s.generation = o.generation
)
DELETE FROM models.search_words w USING old o WHERE w.generation = o.generation
