-- Documents of the index behind a key, in the order of keys, within a bound of bytes; the first always.
SELECT s.key, s.document
FROM (
    SELECT i.key, i.document, sum(length(i.document)) OVER (ORDER BY i.key) - length(i.document) AS before
    FROM (SELECT key, document FROM index_documents WHERE key > $1 ORDER BY key LIMIT $2) AS i
) AS s
WHERE s.before < $3
ORDER BY s.key
