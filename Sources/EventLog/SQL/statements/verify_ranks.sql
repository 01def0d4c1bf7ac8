-- Entries below a position whose version is not their rank in their stream; downloads have none.
SELECT position, version, rank
FROM (
    SELECT position, version,
           CASE WHEN NOT starts_with(stream, 'downloads/')
               THEN row_number() OVER (PARTITION BY stream ORDER BY position) END AS rank
    FROM log.events
    WHERE position < $1
) AS ranked
WHERE version IS DISTINCT FROM rank
ORDER BY position
LIMIT $2
