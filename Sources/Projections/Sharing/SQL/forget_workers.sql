-- Forgets workers of which there was no sign for so many milliseconds; one that is there after all joins anew. A sign in the
-- future means that the server's clock was set back, and who is there gives another one.
WITH gone AS (
    DELETE FROM models.signs s
    WHERE s.seen NOT BETWEEN clock_timestamp() - $1 * interval '1 millisecond'
                         AND clock_timestamp() + $1 * interval '1 millisecond'
)
DELETE FROM models.workers w WHERE NOT EXISTS (SELECT FROM models.signs s WHERE s.worker = w.worker)
