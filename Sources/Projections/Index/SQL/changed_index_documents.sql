-- Documents of the index that were changed from a position on, in that order, within a bound of bytes; the first always.
SELECT s.key, s.document, s.position
FROM (
    SELECT i.key, i.document, i.position,
           sum(length(i.document)) OVER (ORDER BY i.position, i.key) - length(i.document) AS before
    FROM (
        SELECT key, document, position FROM index_documents WHERE position >= $1
        ORDER BY position, key LIMIT $2
    ) AS i
) AS s
WHERE s.before < $3
ORDER BY s.position, s.key
