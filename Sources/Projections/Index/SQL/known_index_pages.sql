SELECT p.digest FROM index_pages p WHERE p.digest = ANY ($1)
