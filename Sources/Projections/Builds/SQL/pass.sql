SELECT models.pass($1, $2, $3, $4, $5, $6)
