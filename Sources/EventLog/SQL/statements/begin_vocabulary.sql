-- A log without entries was never written by an older program.
UPDATE log.vocabulary SET edition = $1
WHERE edition < $1 AND NOT EXISTS (SELECT FROM log.newest) AND NOT EXISTS (SELECT FROM log.programs)
