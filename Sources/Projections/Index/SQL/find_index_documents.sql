SELECT i.key, i.document FROM index_documents i WHERE i.key = ANY ($1)
