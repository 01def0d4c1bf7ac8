SELECT log.keep_lease($1, $2, $3, $4, $5)
