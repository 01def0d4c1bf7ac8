-- Pages by digest, as long as something links to them, within a bound of bytes; the first always.
SELECT s.digest, s.document
FROM (
    SELECT p.digest, p.document, sum(length(p.document)) OVER (ORDER BY p.digest) - length(p.document) AS before
    FROM index_pages p
    WHERE p.digest = ANY ($1)
) AS s
WHERE s.before < $2
ORDER BY s.digest
