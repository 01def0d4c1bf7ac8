SELECT p.digest FROM models.index_pages p WHERE p.digest = ANY ($1)
