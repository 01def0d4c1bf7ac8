SELECT p.document FROM models.index_pages p WHERE p.key = $1 AND p.digest = $2
