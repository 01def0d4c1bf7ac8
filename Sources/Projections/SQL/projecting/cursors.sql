-- How far each projection is.
SELECT projection, max(position) AS position FROM models.cursors GROUP BY projection
