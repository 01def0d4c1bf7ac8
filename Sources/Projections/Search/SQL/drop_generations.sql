-- Drops all generations but the last two and those that another one has followed for less than two minutes: a front may not know
-- that one yet.
WITH old AS (
    DELETE FROM models.search_generations g
    WHERE g.generation < $1::integer - 1
      AND (SELECT min(n.made) FROM models.search_generations n WHERE n.generation > g.generation)
          < now() - interval '2 minutes'
    RETURNING g.generation
), scores AS (
    DELETE FROM models.search_scores s USING old o WHERE s.generation = o.generation
)
DELETE FROM models.search_words w USING old o WHERE w.generation = o.generation
