SELECT models.release_build($1)
