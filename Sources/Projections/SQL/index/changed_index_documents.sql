-- Documents of the index that were changed from a position on, in that order.
SELECT i.key, i.document, i.position FROM models.index_documents i WHERE i.position >= $1 ORDER BY i.position LIMIT $2
