WITH cursors AS (DELETE FROM models.cursors WHERE build = $1),
     shares AS (DELETE FROM models.shares WHERE build = $1),
     reached AS (DELETE FROM models.reached WHERE build = $1),
     faults AS (DELETE FROM models.faults WHERE build = $1),
     skipped AS (DELETE FROM models.skipped WHERE build = $1),
     folds AS (DELETE FROM models.folds WHERE build = $1),
     beats AS (DELETE FROM models.beats WHERE build = $1)
DELETE FROM models.builds WHERE build = $1
