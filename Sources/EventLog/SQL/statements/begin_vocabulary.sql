-- A log without entries was never written by an older program.
UPDATE log.vocabulary v SET edition = $1
WHERE v.edition < $1 AND NOT EXISTS (SELECT FROM log.newest)
  AND NOT EXISTS (SELECT FROM log.programs g WHERE g.edition < $1)
