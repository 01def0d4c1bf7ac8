SELECT models.hold_build($1)
