SELECT i.key, i.document FROM models.index_documents i WHERE i.key = ANY ($1)
