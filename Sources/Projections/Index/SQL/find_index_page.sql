SELECT p.document FROM index_pages p WHERE p.key = $1 AND p.digest = $2
